import pg from 'pg';
import { silentLogger } from '../../../libs/task-queue/src/core/ports/runtime/logger.js';
import type { StoreAddress } from '../../../libs/task-queue/src/core/ports/runtime/database-handle.js';
import { PgConnection } from '../../../libs/task-queue/src/transports/postgres/connection/postgres-connection.js';
import type { BootCheck } from '../../../libs/task-queue/src/transports/postgres/connection/postgres-connection.js';
import { databaseUrl, freshDatabase } from '../../support/services.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

/** A statement as a test writes it; prepared only where it is named. */
export const sql = (text: string, name = '') => ({ name, text });

/** What one test opens, closed behind it in the opposite order. */
export class Bench {
  readonly #closings: (() => Promise<unknown>)[] = [];

  connection(address: StoreAddress = databaseUrl(), connection: Record<string, unknown> = {}, check?: BootCheck): PgConnection {
    const one = new PgConnection(address, { keyPrefix: 'bench', connection, logger: silentLogger }, check);
    this.onClose(() => one.close());
    return one;
  }

  pool(config: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({ connectionString: databaseUrl(), ...config });
    this.onClose(() => pool.end());
    return pool;
  }

  async database(): Promise<string> {
    const { url, drop } = await freshDatabase();
    this.onClose(drop);
    return url;
  }

  /** @returns a proxy, and the database's URL through it */
  async proxy(target = databaseUrl()): Promise<{ proxy: TcpProxy; url: string }> {
    const proxy = await TcpProxy.before(target);
    this.onClose(() => proxy.stop());
    const url = new URL(target);
    url.port = new URL(proxy.url).port;
    return { proxy, url: url.href };
  }

  onClose(closing: () => Promise<unknown>): void {
    this.#closings.unshift(closing);
  }

  async close(): Promise<void> {
    for (const closing of this.#closings.splice(0)) await closing();
  }
}

/** Runs one statement as the server's owner, apart from everything under test. */
export async function administer<Row>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows as Row[];
  } finally {
    await client.end();
  }
}

/** Resolves when the database has no session but `kept` (pids): only then have the others reported what they read. */
export async function sessionsEnd(url: string, kept: readonly number[] = []): Promise<void> {
  const others = `select from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
    and pid <> all (array[pg_backend_pid()${kept.map((pid) => `, ${pid}`).join('')}])`;
  while ((await administer(url, others)).length > 0) continue;
}
