import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../../scripts/services/postgres.mjs';

const DATABASE = 'bench';

/** Tests may lose what they wrote; figures of a server that may would say nothing. */
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };
const SETTINGS = { ...DURABLE, shared_buffers: '512MB', max_wal_size: '4GB', shared_preload_libraries: 'pg_stat_statements' };
const SESSIONS = `select count(*) as value from pg_stat_activity where datname = '${DATABASE}'`;
const TOLD = [...Object.keys(DURABLE), 'wal_sync_method', 'shared_buffers', 'max_wal_size', 'autovacuum', 'autovacuum_naptime'];

export async function start() {
  const server = await startPostgres({ database: DATABASE, settings: SETTINGS });
  return { ...server, flush: () => flushTime(server.dir) };
}

/** What a measurement asks of the server itself. */
export async function open(url) {
  const admin = new pg.Client({ connectionString: Object.assign(new URL(url), { pathname: '/postgres' }).href });
  await admin.connect();
  await admin.query('create extension if not exists pg_stat_statements');
  const value = async (text) => Number((await admin.query(text)).rows[0].value);
  return {
    reset: async () => {
      // Sessions that were just closed need a moment to end; cut off instead, they would fail their pools.
      for (let tries = 0; tries < 100 && (await value(SESSIONS)) > 0; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
      await admin.query(`drop database if exists ${DATABASE} with (force)`);
      await admin.query(`create database ${DATABASE}`);
      await admin.query('checkpoint'); // else an engine pays for the one before it
    },
    /** Statements that it was sent, each transaction's BEGIN and COMMIT included; not those that run inside of its functions. */
    calls: () =>
      value(
        `select coalesce(sum(calls), 0) as value from pg_stat_statements s join pg_database d on d.oid = s.dbid and d.datname = '${DATABASE}'`,
      ),
    bytes: () => value(`select pg_database_size('${DATABASE}') as value`),
    describe: async () => {
      const { rows } = await admin.query(`select name, current_setting(name) as setting from pg_settings where name = any($1)`, [TOLD]);
      const { rows: version } = await admin.query('show server_version');
      return { version: version[0].server_version, settings: Object.fromEntries(rows.map(({ name, setting }) => [name, setting])) };
    },
    close: () => admin.end(),
  };
}

/** ms for one page to be on the server's disk, which is what a commit waits for; the median of some. */
function flushTime(dir) {
  const file = path.join(dir, 'flush-time');
  const handle = openSync(file, 'w');
  const page = Buffer.alloc(8192);
  const times = Array.from({ length: 100 }, () => {
    const began = performance.now();
    writeSync(handle, page, 0, page.length, 0);
    fdatasyncSync(handle);
    return performance.now() - began;
  });
  closeSync(handle);
  rmSync(file);
  return Number(times.sort((a, b) => a - b)[50].toFixed(3));
}
