import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DataSource } from 'typeorm';
import { databaseUrl } from '../../support/services.js';

const MIGRATION = 'libs/task-queue/src/migrations/004-task-results.sql';

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
  await source.query(`create schema ${schema}`);
  await source.query(readFileSync(MIGRATION, 'utf8').replaceAll('{schema}', schema));
  return { source, schema, drop: async () => void (await source.query(`drop schema ${schema} cascade`)) };
}
