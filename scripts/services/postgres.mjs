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

/** Settings for temporary data: nothing is flushed to disk. */
const TEMPORARY = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * Starts a private PostgreSQL on loopback. It ends with this process, however this process ends. Data are temporary, unless
 * `keepIn` names a folder: then they are flushed to disk and stay there for the next start.
 *
 * @param {{ database?: string, keepIn?: string, settings?: Record<string, string | number> }} options
 */
export async function startPostgres({ database = 'app', keepIn, settings = {} } = {}) {
  const bin = postgresBin();
  const ids = unprivileged();
  const dir = keepIn ?? mkdtempSync(path.join(temporaryDir(), 'task-queue-pg-'));
  const keep = keepIn !== undefined;
  try {
    if (keep) mkdirSync(dir, { recursive: true, mode: 0o755 });
    if (ids.uid !== undefined) chownSync(dir, ids.uid, ids.gid);
    const env = { LC_ALL: 'C', TZ: 'UTC', HOME: dir };
    if (!existsSync(path.join(dir, 'data'))) initialise(bin, dir, ids, env);
    const start = (port) => startOn(port, { bin, dir, ids, env, keep, settings: keep ? settings : { ...TEMPORARY, ...settings } });
    const { server, port } = await startAnywhere(dir, start);
    await createDatabase(port, database);
    return { url: `postgres://postgres@127.0.0.1:${port}/${database}`, port, dir, ...controls(server, () => start(port)) };
  } catch (error) {
    if (!keep) rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

/** PostgreSQL refuses to run as root; root starts it as the first of these accounts that exists. */
function unprivileged() {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find(([known]) => known === name);
    if (account) return { uid: Number(account[2]), gid: Number(account[3]) };
  }
  throw new Error('PostgreSQL does not run as root, and there is no account "postgres" or "nobody" to run it. Set DATABASE_URL.');
}

/** Initialises a temporary folder and renames it, so that a crash never leaves an incomplete data folder. */
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
        // The server of a killed process may still be shutting down.
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
    /** Simulates a crash: every backend ends at once and nothing more is written. `restart()` starts it again. */
    kill: async () => {
      if (!server.running()) return;
      server.signal('SIGQUIT');
      await server.gone();
    },
    /** Starts the server again with the same port, folder and settings. Only flushed data survive, depending on `settings`. */
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
