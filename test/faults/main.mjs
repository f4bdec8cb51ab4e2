// `npm run test:faults -- --broker redis|postgres [--rounds n] [--seed s] [--json]`: breaks workers, connections, servers and producers under
// load, and compares what became of every task with what was to become of it. What it does is decided by the seed alone.
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startPostgres } from '../../scripts/services/postgres.mjs';
import { startRedis } from '../../scripts/services/redis.mjs';
import { compileForChildren } from '../support/compiled.mjs';
import { Progress } from './progress.mjs';

const ENGINES = {
  redis: async (load) => (await load('engines/redis.js')).redisEngine(startRedis),
  postgres: async (load) => (await load('engines/postgres.js')).postgresEngine((settings) => startPostgres({ settings })),
};
const BROKERS = Object.keys(ENGINES);
const HELP = `Usage: npm run test:faults -- --broker ${BROKERS.join('|')} [options]

  --rounds <n>    rounds of each fault (20)
  --seed <text>   the same seed plans the same; default: one by chance, which is shown
  --lease <ms>    lease of the workers (10000)
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
  const { runFaults } = await load('run-faults.js');
  const engine = await ENGINES[flags.broker](load);
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
        lease: { type: 'string', default: '10000' },
        only: { type: 'string', multiple: true },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const [rounds, lease] = [Number(values.rounds), Number(values.lease)];
    if (!BROKERS.includes(values.broker)) return `--broker ${values.broker}: there is ${BROKERS.join(', ')}\n\n${HELP}`;
    if (!Number.isInteger(rounds) || rounds < 1) return `--rounds ${values.rounds}: a whole number from 1\n\n${HELP}`;
    if (!(lease >= 1_000)) return `--lease ${values.lease}: ms, at least 1000\n\n${HELP}`;
    return { ...values, rounds, lease };
  } catch (error) {
    return `${error.message}\n\n${HELP}`;
  }
}
