import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { migrate } from '../../../libs/task-queue/src/database/migrations/migrate.js';
import { databaseUrl } from '../../support/services.js';

/** A schema of the test's own with the tables of results. */
export interface ResultTables {
  readonly source: DataSource;
  readonly schema: string;
  drop(): Promise<void>;
}

export async function openSource(url = databaseUrl()): Promise<DataSource> {
  return new DataSource({ type: 'postgres', url, poolSize: 4 }).initialize();
}

export async function makeTables(source: DataSource): Promise<ResultTables> {
  const schema = `results_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
  await migrateOn(source, schema);
  return { source, schema, drop: async () => void (await source.query(`drop schema ${schema} cascade`)) };
}

export async function migrateOn(source: DataSource, schema: string): Promise<void> {
  await source.transaction((manager) => migrate({ query: (text, values) => manager.query(text, values as unknown[]) }, schema));
}
