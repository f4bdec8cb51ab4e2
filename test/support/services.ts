import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { startPostgres, type PrivatePostgres } from '../../scripts/services/postgres.mjs';
import { startRedis, type PrivateRedis } from '../../scripts/services/redis.mjs';

export type { PrivatePostgres, PrivateRedis };

/** The Redis that all test files share: isolate by `uniquePrefix()`. */
export const redisUrl = (): string => fromEnv('REDIS_URL');

/** The PostgreSQL that all test files share: isolate by `freshDatabase()`. */
export const databaseUrl = (): string => fromEnv('DATABASE_URL');

/** A Redis of the test's own, for tests that stop it, freeze it or start it with other `args`. The test stops it. */
export const startPrivateRedis = (options: { args?: string[] } = {}): Promise<PrivateRedis> => startRedis(options);

/** A PostgreSQL of the test's own, for tests that stop it or need other `settings`. The test stops it. */
export const startPrivatePostgres = (settings: Record<string, string | number> = {}): Promise<PrivatePostgres> =>
  startPostgres({ settings });

/** A key prefix that no other test uses. */
export const uniquePrefix = (name = 'test'): string => `${name}-${randomUUID().slice(0, 8)}`;

/** An empty database of the test's own; `drop()` ends its connections too. */
export async function freshDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await administer(`create database ${name}`);
  const url = new URL(databaseUrl());
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(`drop database if exists ${name} with (force)`) };
}

async function administer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl() });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function fromEnv(name: string): string {
  const url = process.env[name];
  if (!url) throw new Error(`${name} is not set. Tests that need servers are named *.int-spec.ts: only their project starts them.`);
  return url;
}
