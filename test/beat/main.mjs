// `npm run test:beat -- --broker redis|postgres [--seconds n] [--json]`: many beat processes send schedules of 1 to 5 s while they are killed and
// the server is restarted; then each tick that was due is compared with what was sent.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startPostgres } from '../../scripts/services/postgres.mjs';
import { startRedis } from '../../scripts/services/redis.mjs';
import { compileForChildren } from '../support/compiled.mjs';

const ENGINES = {
  redis: async (load) => (await load('faults/engines/redis.js')).redisEngine(startRedis),
  postgres: async (load) => (await load('faults/engines/postgres.js')).postgresEngine((settings) => startPostgres({ settings })),
};
const BROKERS = Object.keys(ENGINES);
/** Without faults, on a machine that is not overloaded. */
const LATENESS_LIMIT = 250;
const NUMBERS = { seconds: '120', calm: '30', beats: '5', schedules: '200', 'kill-every': '5', restarts: '2' };
const HELP = `Usage: npm run test:beat -- --broker ${BROKERS.join('|')} [options]

  --seconds <n>     with faults (120)
  --calm <n>        seconds before them without any, in which lateness is measured (30)
  --beats <n>       processes (5)
  --schedules <n>   of 1 to 5 s, catching up on all that was missed; at most 500 (200)
  --kill-every <n>  seconds between two kills of a random beat (5)
  --restarts <n>    of the server: by a crash and in order, in turns (2)
  --json            ends with one line of JSON`;

process.exitCode = await main();

async function main() {
  const flags = readFlags();
  if (typeof flags === 'string') {
    console.error(flags);
    return 2;
  }
  if (flags.help) {
    console.log(HELP);
    return 0;
  }
  const folder = compileForChildren('beat', 'faults', 'support', 'conformance/redis-keys.ts');
  const load = (file) => import(pathToFileURL(path.join(folder, '..', file)).href);
  const { runBeats } = await load('beat/run-beats.js');
  const { report, failures } = await runBeats({
    ...{ engine: await ENGINES[flags.broker](load), folder, beats: flags.beats, schedules: flags.schedules, restarts: flags.restarts },
    ...{ calm: flags.calm * 1_000, seconds: flags.seconds * 1_000, killEvery: flags['kill-every'] * 1_000 },
    everyOf: (index) => 1_000 + (index % 5) * 1_000,
    onStep: (what) => console.error(`${flags.broker}: ${what}`),
  });
  if (flags.calm > 0 && report.latenessP99Ms >= LATENESS_LIMIT) failures.push(`lateness p99 is ${report.latenessP99Ms} ms without faults`);
  for (const failure of failures) console.error(failure);
  console.log(flags.json ? JSON.stringify(report) : report);
  return failures.length === 0 ? 0 : 1;
}

/** @returns a text when they are not understood */
function readFlags() {
  try {
    const numbers = Object.fromEntries(Object.entries(NUMBERS).map(([name, standard]) => [name, { type: 'string', default: standard }]));
    const { values } = parseArgs({
      options: {
        broker: { type: 'string', default: 'redis' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
        ...numbers,
      },
    });
    if (!BROKERS.includes(values.broker)) return `--broker ${values.broker}: there is ${BROKERS.join(', ')}\n\n${HELP}`;
    for (const name of Object.keys(NUMBERS)) {
      if (!(Number(values[name]) >= 0)) return `--${name} ${values[name]}: a number\n\n${HELP}`;
      values[name] = Number(values[name]);
    }
    return values;
  } catch (error) {
    return `${error.message}\n\n${HELP}`;
  }
}
