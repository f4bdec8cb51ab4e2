import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../services/cache-dir.mjs';
import { startPostgres } from '../services/postgres.mjs';
import { ROOT } from './build.mjs';
import { forgetRun, newRun, processOf, unfinishedRun, writeRun } from './demo-run.mjs';

const DATABASE = 'blog';
const SCHEMA = 'blog_tasks';

/** The folder for data of this checkout's demo that survives a restart. */
function dataDir() {
  return process.env.DEMO_HOME || join(cacheDir(), `demo-${createHash('sha256').update(ROOT).digest('hex').slice(0, 12)}`);
}

/**
 * Opens the data that survive the demo's end: the database with the blog and its queue, the files written by tasks, the journals of
 * the fake services, and the record of the run. If the last run has finished, or with `fresh`, the folder is emptied for a new run.
 *
 * @param {boolean} fresh
 */
export async function openDataFolder(fresh) {
  const dir = dataDir();
  const recordFile = join(dir, 'run.json');
  const folders = { storage: join(dir, 'files'), journals: join(dir, 'neighbours') };
  const server = await startServer(join(dir, 'postgres'), recordFile); // first: PostgreSQL's lock file keeps other demos out of the folder
  try {
    let run = fresh ? undefined : unfinishedRun(recordFile);
    if (!run) {
      // The record is removed before the data and written after them, so that a half-empty folder is never resumed.
      forgetRun(recordFile);
      await empty(server.url, folders);
      run = newRun();
    }
    writeRun(recordFile, run);
    return {
      ...folders,
      run,
      database: { name: 'embedded PostgreSQL', url: server.url },
      broker: { name: '', url: server.url, keyPrefix: SCHEMA },
      finish() {
        run.ended = true;
        writeRun(recordFile, run);
      },
      stop: server.stop,
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function startServer(dir, recordFile) {
  try {
    return await startPostgres({ database: DATABASE, keepIn: dir });
  } catch (error) {
    if (/Another process/.test(error.message))
      throw new Error(`The demo is already running as process ${processOf(recordFile)}. Stop it first.`);
    throw new Error(`${error.message}\n  The demo keeps its database in ${dir}. Delete that folder to start over.`, { cause: error });
  }
}

async function empty(databaseUrl, folders) {
  for (const folder of Object.values(folders)) rmSync(folder, { recursive: true, force: true });
  const url = new URL(databaseUrl);
  url.pathname = '/postgres';
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(`drop database ${DATABASE} with (force)`);
    await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
