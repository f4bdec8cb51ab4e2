import pg from 'pg';
import { DataSource, type EntitySchema, type MixedList } from 'typeorm';
import { migrate } from '../../libs/task-queue/src/database/migrations/migrate.js';
import { freshDatabase } from '../support/services.js';

/** A database of the test's own, with the tables of outbox and records in this schema. */
export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
  dataSource(entities?: MixedList<Function | string | EntitySchema>, poolSize?: number): Promise<DataSource>;
  /** ends its connections, too */
  drop(): Promise<void>;
}

export async function testDatabase(schema: string): Promise<TestDatabase> {
  const { url, drop } = await freshDatabase();
  const pool = new pg.Pool({ connectionString: url });
  pool.on('error', () => {});
  const client = await pool.connect();
  await client.query('BEGIN');
  await migrate({ query: async (text, values) => (await client.query(text, values as unknown[])).rows as never }, schema);
  await client.query('COMMIT');
  client.release();
  const sources: DataSource[] = [];
  return {
    url,
    pool,
    async dataSource(entities = [], poolSize = 10) {
      const source = new DataSource({ type: 'postgres', url, entities, poolSize, synchronize: true, installExtensions: false });
      sources.push(source);
      return source.initialize();
    },
    async drop() {
      for (const source of sources) if (source.isInitialized) await source.destroy();
      await pool.end();
      await drop();
    },
  };
}
