// `npm run bench -- redis [--json] [--quick] [--only <engine>]`: this project beside its peers, on one machine, in one run, with the same
// payload, concurrency and number of tasks; each engine in a process of its own on an empty private Redis.
import { execFileSync, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runNode } from '../../scripts/run-node.mjs';
import { startRedis } from '../../scripts/services/redis.mjs';
import { celery } from './celery.mjs';
import { FULL, QUICK } from './load.mjs';
import { printReport, ratiosOf } from './report.mjs';

const SUITES = { redis: ['nestjs-task-queue', 'raw-scripts', 'bullmq removeOnComplete', 'bullmq defaults', 'bee-queue', 'celery'] };
const here = path.dirname(fileURLToPath(import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, quick: { type: 'boolean' }, only: { type: 'string', multiple: true } },
});
const suite = positionals[0];
const engines = SUITES[suite]?.filter((name) => !values.only || values.only.includes(name));
if (!engines || engines.length === 0) {
  console.error(`Usage: npm run bench -- redis [--json] [--quick] [--only <engine>]\nEngines: ${SUITES.redis.join(', ')}`);
  process.exit(2);
}

if (engines.some((name) => /bullmq|bee-queue/.test(name))) installPeers();
if ((await runNode(['scripts/build-lib.mjs'], { stdio: ['ignore', 'ignore', 'inherit'] })) !== 0) process.exit(1);

const size = values.quick ? QUICK : FULL;
const versions = { node: process.versions.node };
const found = new Map();
// Round by round, so that a machine that is slower for a while is so for all.
for (let round = 1; round <= size.rounds; round++) for (const name of engines) await run(name, round);
const rows = [...found].map(([engine, rounds]) => ({ engine, ...medians(rounds) }));

const report = { suite, machine: machine(), versions, rows, ratios: ratiosOf(rows) };
if (values.json) console.log(JSON.stringify(report));
else printReport(report);

function installPeers() {
  if (existsSync(path.join(here, 'peers/node_modules/.package-lock.json'))) return;
  console.error('installing the peers to compare with');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: path.join(here, 'peers'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function run(name, round) {
  if (name === 'celery' && round > 1) return; // slow enough that one round tells
  console.error(`round ${round} of ${size.rounds}: ${name}`);
  const redis = await startRedis();
  try {
    versions.redis ??= await redisVersion(redis.url);
    const figures = name === 'celery' ? await celery(redis.url, size) : await inProcess(name, redis.url, round === 1);
    if (figures === null) return console.error(`  left out: Debian's python3-celery and python3-redis are not installed`);
    const { version, ...row } = figures;
    if (version) versions[name.split(' ')[0]] = version;
    found.set(name, [...(found.get(name) ?? []), row]);
  } finally {
    await redis.stop();
  }
}

function inProcess(name, url, idle) {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(here, 'engine-process.mjs'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it reported.`)));
    child.send({ name, url, size, idle });
  });
}

/** The first round has measured everything, the others the speeds. */
function medians(rounds) {
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  return Object.fromEntries(
    Object.entries(rounds[0]).map(([key, first]) => [key, first === null ? null : median(rounds.flatMap((row) => row[key] ?? []))]),
  );
}

async function redisVersion(url) {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url);
  const version = /redis_version:(\S+)/.exec(await redis.info('server'))[1];
  redis.disconnect();
  return version;
}

function machine() {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: os.cpus().length,
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GB`,
    os: `${os.type()} ${os.release()}`,
  };
}
