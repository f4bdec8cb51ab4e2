import { MIGRATIONS } from './migrations.generated.js';

/** One step of the schema. Versions go up; a migration that was released is never changed. */
export interface Migration {
  readonly version: number;
  /** such as '002-results-and-joins' */
  readonly name: string;
  /** SQL with `{schema}` where the schema's name belongs */
  readonly text: string;
}

/** All of this version of the package, oldest first. */
export const ALL_MIGRATIONS: readonly Migration[] = MIGRATIONS;

/** One connection in whose transaction migrations are run. */
export interface MigrationSession {
  /** `values` absent: `text` may be many statements */
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** SQL of the library with a schema put in. */
export function inSchema(text: string, schema: string): string {
  return text.replaceAll('{schema}', schema);
}
