import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from '../services/cache-dir.mjs';
import { startPostgres } from '../services/postgres.mjs';
import { ROOT } from './build.mjs';
import { forgetPlay, newPlay, playerOf, unendedPlay, writePlay } from './play-record.mjs';

const DATABASE = 'blog';
const SCHEMA = 'blog_tasks';

/** Where this checkout's demo keeps what must outlive it. */
function homeDir() {
  return process.env.DEMO_HOME || join(cacheDir(), `demo-${createHash('sha256').update(ROOT).digest('hex').slice(0, 12)}`);
}

/**
 * Everything that stays when the demo ends, however it ends: the database with the blog and its queue, the files that tasks wrote,
 * the memory of the neighbours, and which play it is. A play that has ended, and `fresh`, leave an empty home to a new one.
 *
 * @param {boolean} fresh
 */
export async function openHome(fresh) {
  const home = homeDir();
  const recordFile = join(home, 'play.json');
  const folders = { storage: join(home, 'files'), journals: join(home, 'neighbours') };
  const server = await startServer(join(home, 'postgres'), recordFile); // first: nobody else can be in this home while it runs
  try {
    let play = fresh ? undefined : unendedPlay(recordFile);
    if (!play) {
      forgetPlay(recordFile); // before anything of it goes, and the new one is noted after: half a home is never gone on with
      await empty(server.url, folders);
      play = newPlay();
    }
    writePlay(recordFile, play);
    return {
      ...folders,
      play,
      database: { name: 'embedded PostgreSQL', url: server.url },
      broker: { name: '', url: server.url, keyPrefix: SCHEMA },
      endPlay() {
        play.ended = true;
        writePlay(recordFile, play);
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
    return await startPostgres({ database: DATABASE, home: dir });
  } catch (error) {
    if (/Another process/.test(error.message))
      throw new Error(`The demo runs already, as process ${playerOf(recordFile)}. End that one first.`);
    throw new Error(`${error.message}\n  The demo keeps its database in ${dir}; without that folder it starts over.`, { cause: error });
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
