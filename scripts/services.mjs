// `npm run services -- start|stop|status`: private test servers that keep running, so that single test files start at once.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const self = fileURLToPath(import.meta.url);
const project = createHash('sha256').update(path.dirname(self)).digest('hex').slice(0, 12);
const stateFile = path.join(os.tmpdir(), `task-queue-services-${project}.json`);

const commands = { start, stop, status, hold };
const command = commands[process.argv[2]];
if (!command) {
  console.error('Usage: npm run services -- start | stop | status');
  process.exit(2);
}
await command();

async function start() {
  const running = state();
  if (!running) await startHolder();
  console.log(running ? 'already running' : 'started');
  show(state());
  console.log('\nTo let tests use them:');
  for (const [name, url] of Object.entries(state().env)) console.log(`  export ${name}=${url}`);
}

function startHolder() {
  // Its errors go to a file: if it inherited our stderr, it would keep a pipe to our caller open.
  const log = `${stateFile}.log`;
  mkdirSync(path.dirname(log), { recursive: true });
  const errors = openSync(log, 'w');
  const holder = spawn(process.execPath, [self, 'hold'], { detached: true, stdio: ['ignore', 'ignore', errors, 'ipc'] });
  closeSync(errors);
  return new Promise((resolve, reject) => {
    holder.once('exit', (code) => reject(new Error(`The servers did not start (exit code ${code}). ${readFileSync(log, 'utf8')}`)));
    holder.once('message', () => {
      holder.removeAllListeners();
      holder.disconnect();
      holder.unref();
      resolve();
    });
  });
}

/** Runs in the background process that `start` spawns; the servers end with that process. */
async function hold() {
  const { startPostgres } = await import('./services/postgres.mjs');
  const { startRedis } = await import('./services/redis.mjs');
  const [postgres, redis] = await Promise.all([startPostgres({ database: 'test' }), startRedis()]);
  const env = { DATABASE_URL: postgres.url, REDIS_URL: redis.url };
  mkdirSync(path.dirname(stateFile), { recursive: true });
  writeFileSync(stateFile, JSON.stringify({ pid: process.pid, env }), { mode: 0o600 });
  const alive = setInterval(() => {}, 60_000);
  const end = async () => {
    clearInterval(alive);
    rmSync(stateFile, { force: true });
    await Promise.all([postgres.stop(), redis.stop()]);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.once(signal, () => void end());
  process.send('ready');
}

async function stop() {
  const running = state();
  if (!running) return console.log('not running');
  process.kill(running.pid, 'SIGTERM');
  while (isAlive(running.pid)) await new Promise((resolve) => setTimeout(resolve, 50));
  console.log('stopped');
}

function status() {
  const running = state();
  if (!running) return console.log('not running');
  show(running);
}

function show({ pid, env }) {
  console.log(`  PostgreSQL  ${env.DATABASE_URL}\n  Redis       ${env.REDIS_URL}\n  process     ${pid}`);
}

function state() {
  try {
    const found = JSON.parse(readFileSync(stateFile, 'utf8'));
    return isAlive(found.pid) ? found : undefined;
  } catch {
    return undefined;
  }
}

// After a reboot the process id may belong to another process: on Linux the command line tells.
function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(self);
  } catch {
    return process.platform !== 'linux';
  }
}
