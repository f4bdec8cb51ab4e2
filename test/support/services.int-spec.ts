import { Redis } from 'ioredis';
import pg from 'pg';
import { describe, expect, it } from '@jest/globals';
import { freshDatabase, redisUrl, startPrivateRedis, uniquePrefix } from './services.js';

const ask = async <T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> => {
  const redis = new Redis(url);
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
};

describe('test servers', () => {
  it('the shared Redis answers', async () => {
    const key = `${uniquePrefix()}:key`;
    await expect(ask(redisUrl(), (redis) => redis.set(key, '1', 'PX', 1000))).resolves.toBe('OK');
  });

  it('a private Redis takes arguments, comes back on its port after a crash, and is gone after stop', async () => {
    const server = await startPrivateRedis({ args: ['--maxmemory', '64mb', '--maxmemory-policy', 'noeviction'] });
    try {
      await server.kill();
      await server.restart();
      await expect(ask(server.url, (redis) => redis.config('GET', 'maxmemory'))).resolves.toEqual(['maxmemory', String(64 * 1024 * 1024)]);
    } finally {
      await server.stop();
    }
    const gone = new Redis(server.url, { lazyConnect: true, retryStrategy: () => null });
    gone.on('error', () => {});
    await expect(gone.connect()).rejects.toThrow(/closed|ECONNREFUSED/);
  });

  it('a fresh database is empty and can be dropped while it is in use', async () => {
    const database = await freshDatabase();
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => {});
    await client.connect();
    const { rows } = await client.query(`select count(*)::int as tables from information_schema.tables where table_schema = 'public'`);
    expect(rows).toEqual([{ tables: 0 }]);
    await database.drop();
    await client.end();
  });
});
