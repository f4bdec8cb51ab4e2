// `npm run bench -- redis|postgres [--json] [--quick] [--only <engine>]`: this project beside its peers, on one machine, in one run, with
// the same payload, concurrency and number of tasks; each engine in a process of its own on an empty private server.
// `npm run bench -- beat [--json] [--quick] [--minutes <n>]`: schedules that are due, sent by many beats; what a tick costs in a large table.
// `npm run bench -- postgres-large [--json] [--quick] [--minutes <n>] [--only <engine>]`: many messages waiting, much history.
import { parseArgs } from 'node:util';
import { runNode } from '../../scripts/run-node.mjs';
import { runBeatBench } from './beat.mjs';
import { compare } from './compare.mjs';
import { FULL, QUICK } from './load.mjs';
import { runLarge } from './large.mjs';
import { installPeers } from './peer-install.mjs';
import { printReport } from './report.mjs';
import { SUITES } from './suites/index.mjs';

const LARGE = 'postgres-large';
const BEAT = 'beat';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    minutes: { type: 'string' },
  },
});
const name = positionals[0];
const suite = SUITES[name === LARGE ? 'postgres' : name];
const known = Object.keys(suite?.engines ?? {});
const chosen = values.only ?? (name === LARGE ? ['nestjs-task-queue'] : known);
const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
if (name === BEAT) {
  await build();
  await runBeatBench({ quick: values.quick, json: values.json, seconds: minutes && minutes * 60 });
  process.exit();
}
if (!suite || chosen.some((engine) => !known.includes(engine)) || !(minutes === undefined || minutes > 0)) usage();
if (chosen.some((engine) => suite.engines[engine].peer)) installPeers();
await build();

if (name === LARGE) await runLarge(chosen[0], { quick: values.quick, json: values.json, minutes });
else await runSuite();

async function build() {
  if ((await runNode(['scripts/build-lib.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] })) !== 0) process.exit(1);
}

async function runSuite() {
  const report = await compare(name, suite, chosen, values.quick ? QUICK : { ...FULL, ...suite.size });
  if (values.json) console.log(JSON.stringify(report));
  else printReport(report, suite);
  if (report.leftOut.some(({ engine }) => engine === 'nestjs-task-queue')) process.exitCode = 1;
}

function usage() {
  console.error(
    `Usage: npm run bench -- ${[...Object.keys(SUITES), LARGE, BEAT].join('|')} [--json] [--quick] [--only <engine>] [--minutes <n>]`,
  );
  for (const [suiteName, { engines }] of Object.entries(SUITES))
    console.error(`Engines of ${suiteName}: ${Object.keys(engines).join(', ')}`);
  process.exit(2);
}
