import { spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { temporaryDir } from './cache-dir.mjs';
import { freePort } from './free-port.mjs';
import { startGuarded } from './guarded-process.mjs';
import { postgresBin } from './postgres-binary.mjs';

const ATTEMPTS = 5;

/**
 * A private PostgreSQL on loopback, in a folder of its own, that ends with this process however this process ends.
 * It is throw-away: nothing is flushed to disk, unless `settings` say so.
 *
 * @param {{ database?: string, settings?: Record<string, string | number> }} options
 */
export async function startPostgres({ database = 'app', settings = {} } = {}) {
  const bin = postgresBin();
  const ids = unprivileged();
  const dir = mkdtempSync(path.join(temporaryDir(), 'task-queue-pg-'));
  try {
    if (ids.uid !== undefined) chownSync(dir, ids.uid, ids.gid);
    const env = { LC_ALL: 'C', TZ: 'UTC', HOME: dir };
    initialise(bin, dir, ids, env);
    const start = (port) => startOn(port, { bin, dir, ids, env, settings });
    let { server, port } = await startAnywhere(start);
    await createDatabase(port, database);
    return {
      url: `postgres://postgres@127.0.0.1:${port}/${database}`,
      port,
      dir,
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
        server = await start(port);
      },
      stop: () => server.stop(),
    };
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
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

function initialise(bin, dir, ids, env) {
  const args = [
    '-D',
    path.join(dir, 'data'),
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--no-locale',
    '--no-sync',
    '--no-instructions',
  ];
  const made = spawnSync(path.join(bin, 'initdb'), args, { ...ids, cwd: dir, env: { ...process.env, ...env }, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error ?? made.stderr}`);
}

async function startAnywhere(start) {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return { server: await start(port), port };
    } catch (error) {
      if (attempt === ATTEMPTS || !/could not (bind|create any TCP)/i.test(String(error))) throw error;
    }
  }
}

async function startOn(port, { bin, dir, ids, env, settings }) {
  const config = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: dir,
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    shared_buffers: '64MB',
    max_connections: 200,
    ...settings,
  };
  const args = ['-D', path.join(dir, 'data'), ...Object.entries(config).flatMap(([key, value]) => ['-c', `${key}=${value}`])];
  const server = startGuarded({ command: path.join(bin, 'postgres'), args, dir, signal: 'INT', env, ids });
  await server.seen(/ready to accept connections/);
  return server;
}

async function createDatabase(port, database) {
  if (database === 'postgres') return;
  const { default: pg } = await import('pg');
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  await client.connect();
  try {
    await client.query(`create database ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}
