import { MIGRATIONS } from './migrations.generated.js';

/** One step of the schema. Versions increase; a released migration never changes. */
export interface Migration {
  readonly version: number;
  /** such as '002-results-and-joins' */
  readonly name: string;
  /** SQL; `{schema}` is the place of the schema's name */
  readonly text: string;
}

/** All migrations of this version of the package, oldest first. */
export const ALL_MIGRATIONS: readonly Migration[] = MIGRATIONS;

/** A connection with an open transaction, in which migrations run. */
export interface MigrationSession {
  /** without `values`, `text` may be several statements */
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** SQL of the library for a schema. */
export function inSchema(text: string, schema: string): string {
  return text.replaceAll('{schema}', schema);
}
