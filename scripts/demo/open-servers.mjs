import { randomBytes } from 'node:crypto';
import { startPostgres } from '../services/postgres.mjs';
import { startRedis } from '../services/redis.mjs';

const mark = `demo_${randomBytes(4).toString('hex')}`;

/** Creates an empty database, on the server of DATABASE_URL if it is set, otherwise on a private one. */
export async function openDatabase() {
  if (!process.env.DATABASE_URL) {
    const server = await startPostgres({ database: 'blog' });
    return { name: 'private PostgreSQL', url: server.url, stop: server.stop };
  }
  const url = new URL(process.env.DATABASE_URL);
  await query(url, `create database ${mark}`);
  const own = new URL(url);
  own.pathname = `/${mark}`;
  return { name: 'PostgreSQL of DATABASE_URL', url: own.href, stop: () => query(url, `drop database ${mark} with (force)`) };
}

async function query(url, sql) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/**
 * Opens the broker. Memory and the blog's own database need no further server and get no name here. Redis is the server of
 * REDIS_URL if it is set, otherwise a private one.
 *
 * @param {'memory' | 'postgres' | 'redis'} kind
 * @param {Promise<{ url: string }>} database
 */
export async function openBroker(kind, database) {
  if (kind === 'memory') return { name: '', url: 'memory://', keyPrefix: mark, stop: async () => {} };
  if (kind === 'postgres') return { name: '', url: (await database).url, keyPrefix: 'blog_tasks', stop: async () => {} };
  if (!process.env.REDIS_URL) {
    const server = await startRedis();
    return { name: 'private Redis', url: server.url, keyPrefix: mark, stop: server.stop };
  }
  return { name: 'Redis of REDIS_URL', url: process.env.REDIS_URL, keyPrefix: mark, stop: () => removeKeys(process.env.REDIS_URL) };
}

async function removeKeys(url) {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url);
  try {
    for await (const keys of redis.scanStream({ match: `${mark}*`, count: 500 })) if (keys.length > 0) await redis.unlink(keys);
  } finally {
    redis.disconnect();
  }
}
