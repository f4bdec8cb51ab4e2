// `npm run test:faults -- --broker redis|postgres [--rounds n] [--seed s] [--json]`: breaks workers, connections, servers and producers under
// load, and compares what became of every task with what was to become of it. What it does is decided by the seed alone.
// With `--attack --minutes n` all at once, instead of one fault after the other.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startPostgres } from '../../scripts/services/postgres.mjs';
import { startRedis } from '../../scripts/services/redis.mjs';
import { compileForChildren } from '../support/compiled.mjs';
import { attack } from './attack/main.mjs';
import { Progress } from './progress.mjs';

const ENGINES = {
  redis: async (load) => (await load('engines/redis.js')).redisEngine(startRedis),
  postgres: async (load) => (await load('engines/postgres.js')).postgresEngine((settings) => startPostgres({ settings })),
};
const BROKERS = Object.keys(ENGINES);
const HELP = `Usage: npm run test:faults -- --broker ${BROKERS.join('|')} [options]

  --rounds <n>    rounds of each fault (20)
  --without <fault>  of an attack: none whose name contains this; may be given again
  --attack        all kinds of tasks and faults at once and by chance, instead of rounds
  --minutes <n>   how long the attack lasts (60)
  --logs <folder> what the attacked processes log
  --seed <text>   the same seed plans the same; default: one by chance, which is shown
  --lease <ms>    lease of the workers (10000; in an attack 4000)
  --only <fault>  only faults whose name contains this; may be given again
  --json          ends with one line of JSON`;

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
  const folder = compileForChildren('faults', 'client-and-worker', 'support', 'conformance/redis-keys.ts');
  const load = (file) => import(pathToFileURL(path.join(folder, file)).href);
  const engine = await ENGINES[flags.broker](load);
  if (flags.attack) return attack(flags, { engine, folder, load });
  const { runFaults } = await load('run-faults.js');
  const { seed, rounds, lease, only, json } = flags;
  const progress = new Progress(json ? process.stderr : process.stdout);
  progress.begin(`${flags.broker}, seed ${seed}, lease ${lease} ms, ${rounds} rounds of each fault`);
  const onRound = (...round) => progress.round(...round);
  const { report, failures } = await runFaults({ engine, folder, seed, rounds, lease, spell: 2_000, load: 150, only, onRound });
  progress.end(report, failures);
  if (json) console.log(JSON.stringify(report));
  return failures.length === 0 ? 0 : 1;
}

/** @returns a text when they are not understood */
function readFlags() {
  try {
    const { values } = parseArgs({
      options: {
        broker: { type: 'string', default: 'redis' },
        rounds: { type: 'string', default: '20' },
        seed: { type: 'string', default: randomBytes(4).toString('hex') },
        lease: { type: 'string' },
        attack: { type: 'boolean', default: false },
        minutes: { type: 'string', default: '60' },
        logs: { type: 'string' },
        only: { type: 'string', multiple: true },
        without: { type: 'string', multiple: true },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const { lease: given = values.attack ? '4000' : '10000' } = values;
    const [rounds, lease, minutes] = [Number(values.rounds), Number(given), Number(values.minutes)];
    if (!BROKERS.includes(values.broker)) return `--broker ${values.broker}: there is ${BROKERS.join(', ')}\n\n${HELP}`;
    if (!Number.isInteger(rounds) || rounds < 1) return `--rounds ${values.rounds}: a whole number from 1\n\n${HELP}`;
    if (!(lease >= 1_000)) return `--lease ${given}: ms, at least 1000\n\n${HELP}`;
    if (!(minutes > 0)) return `--minutes ${values.minutes}: a number above 0\n\n${HELP}`;
    return { ...values, rounds, lease, minutes, logs: values.logs && path.resolve(values.logs) };
  } catch (error) {
    return `${error.message}\n\n${HELP}`;
  }
}
