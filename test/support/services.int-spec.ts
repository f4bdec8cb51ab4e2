import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { describe, expect, it } from '@jest/globals';
import { startPostgres } from '../../scripts/services/postgres.mjs';
import { freshDatabase, redisUrl, startPrivatePostgres, startPrivateRedis, uniquePrefix } from './services.js';

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

  it('a private PostgreSQL comes back on its port after a crash, with what it had flushed', async () => {
    const server = await startPrivatePostgres({ fsync: 'on', synchronous_commit: 'on' });
    const asked = async (sql: string) => {
      const client = new pg.Client({ connectionString: server.url });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(sql)).rows;
      } finally {
        await client.end();
      }
    };
    try {
      await asked('create table kept as select 1 as one');
      await server.kill();
      await server.restart();
      expect(await asked('select one from kept')).toEqual([{ one: 1 }]);
      await server.restart();
      expect(await asked('show fsync')).toEqual([{ fsync: 'on' }]);
    } finally {
      await server.stop();
    }
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

  it('a PostgreSQL with a kept folder keeps its data when the process that started it is killed', async () => {
    const folder = mkdtempSync('/tmp/task-queue-kept-');
    chmodSync(folder, 0o755);
    const start = `const { startPostgres } = await import('./scripts/services/postgres.mjs');
      const { url } = await startPostgres({ keepIn: process.argv[1] });
      process.stdout.write(url);
      setInterval(() => {}, 1_000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', start, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      const [url] = (await once(holder.stdout.setEncoding('utf8'), 'data')) as [string];
      await sql(url, 'create table kept as select 42 as answer');
      holder.kill('SIGKILL');
      const again = await startPostgres({ keepIn: folder });
      expect(await sql(again.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
      expect(await sql(again.url, 'show fsync')).toEqual([{ fsync: 'on' }]);
      await again.stop();
      expect(existsSync(path.join(folder, 'data/PG_VERSION'))).toBe(true);
    } finally {
      holder.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

async function sql(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<object>(text)).rows;
  } finally {
    await client.end();
  }
}
