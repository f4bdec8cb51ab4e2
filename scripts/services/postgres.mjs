import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryDir } from './cache-dir.mjs';
import { freePort } from './free-port.mjs';
import { startGuarded } from './guarded-process.mjs';
import { postgresBin } from './postgres-binary.mjs';

const ATTEMPTS = 5;
/** ms */
const HANDOVER = 10_000;

/** Nothing is flushed to disk: for data that nobody needs after a crash. */
const THROW_AWAY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * A private PostgreSQL on loopback that ends with this process however this process ends. Without `home` it is throw-away, in a
 * folder of its own; with it, the data stay there, flushed to disk, for the next who starts it with the same folder.
 *
 * @param {{ database?: string, home?: string, settings?: Record<string, string | number> }} options
 */
export async function startPostgres({ database = 'app', home, settings = {} } = {}) {
  const bin = postgresBin();
  const ids = unprivileged();
  const dir = home ?? mkdtempSync(path.join(temporaryDir(), 'task-queue-pg-'));
  const keep = home !== undefined;
  try {
    if (keep) mkdirSync(dir, { recursive: true, mode: 0o755 });
    if (ids.uid !== undefined) chownSync(dir, ids.uid, ids.gid);
    const env = { LC_ALL: 'C', TZ: 'UTC', HOME: dir };
    if (!existsSync(path.join(dir, 'data'))) initialise(bin, dir, ids, env);
    const start = (port) => startOn(port, { bin, dir, ids, env, keep, settings: keep ? settings : { ...THROW_AWAY, ...settings } });
    const { server, port } = await startAnywhere(dir, start);
    await createDatabase(port, database);
    return { url: `postgres://postgres@127.0.0.1:${port}/${database}`, port, dir, ...controls(server, () => start(port)) };
  } catch (error) {
    if (!keep) rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

/** PostgreSQL refuses to run as root, so root steps down to the first ordinary account that exists. */
function unprivileged() {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find(([known]) => known === name);
    if (account) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error('PostgreSQL does not run as root, and there is neither a "postgres" nor a "nobody" account. Set DATABASE_URL.');
}

/** Beside its place first: what a crash has left half made is never taken for data. */
function initialise(bin, dir, ids, env) {
  const work = mkdtempSync(path.join(dir, 'new-'));
  if (ids.uid !== undefined) chownSync(work, ids.uid, ids.gid);
  const args = ['-D', work, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync', '--no-instructions'];
  const made = spawnSync(path.join(bin, 'initdb'), args, { ...ids, cwd: dir, env: { ...process.env, ...env }, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error ?? made.stderr}`);
  renameSync(work, path.join(dir, 'data'));
}

async function startAnywhere(dir, start) {
  const since = Date.now();
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return { server: await start(port), port };
    } catch (error) {
      if (/lock file .* already exists/.test(String(error))) {
        // That of whoever was killed a moment ago is still going down.
        if (Date.now() - since > HANDOVER)
          throw new Error(`Another process uses the database in ${dir}. Stop that one first.`, { cause: error });
        await pause(200);
      } else if (attempt >= ATTEMPTS || !/could not (bind|create any TCP)/i.test(String(error))) throw error;
    }
  }
}

async function startOn(port, { bin, dir, ids, env, keep, settings }) {
  const config = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: dir,
    shared_buffers: '64MB',
    max_connections: 200,
    ...settings,
  };
  const args = ['-D', path.join(dir, 'data'), ...Object.entries(config).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
  const server = startGuarded({ command: path.join(bin, 'postgres'), args, dir, signal: 'INT', keep, env, ids });
  await server.seen(/ready to accept connections/);
  return server;
}

function controls(first, again) {
  let server = first;
  return {
    /** A crash: every backend ends at once, nothing is written any more. `restart()` brings it back. */
    kill: async () => {
      if (!server.running()) return;
      server.signal('SIGQUIT');
      await server.gone();
    },
    /** The same server again: same port, same folder and settings. What is kept is what `settings` made it flush. */
    restart: async () => {
      if (server.running()) {
        server.signal('SIGINT');
        await server.gone();
      }
      server = await again();
    },
    stop: () => server.stop(),
  };
}

async function createDatabase(port, database) {
  if (database === 'postgres') return;
  const { default: pg } = await import('pg');
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}
