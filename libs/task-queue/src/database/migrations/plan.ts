import { SchemaMissingError, SchemaNewerError, SchemaOutdatedError } from '../../core/errors/schema-errors.js';
import { ALL_MIGRATIONS } from './migration.js';
import type { Migration, MigrationSession } from './migration.js';

export interface MigrationPlan {
  readonly applied: readonly Migration[];
  /** in the order in which they would run */
  readonly pending: readonly Migration[];
  /** names of migrations that a newer version of the package has applied */
  readonly unknown: readonly string[];
}

/** Compares the migrations of a schema with the known ones. Reads only. */
export async function plan(
  session: MigrationSession,
  schema: string,
  known: readonly Migration[] = ALL_MIGRATIONS,
): Promise<MigrationPlan> {
  const done = await readRecords(session, schema);
  return {
    applied: known.filter(({ version }) => done.has(version)),
    pending: known.filter(({ version }) => !done.has(version)),
    unknown: [...done].flatMap(([version, name]) => (known.some((one) => one.version === version) ? [] : [name])),
  };
}

/** @throws SchemaMissingError · SchemaOutdatedError · SchemaNewerError: this version of the package cannot work with the schema */
export function checkPlan({ applied, pending, unknown }: MigrationPlan, schema: string): void {
  if (unknown.length > 0) throw new SchemaNewerError(schema, unknown);
  if (pending.length === 0) return;
  if (applied.length === 0) throw new SchemaMissingError(`Schema '${schema}' has no tables of nestjs-task-queue`);
  throw new SchemaOutdatedError(
    schema,
    pending.map(({ name }) => name),
  );
}

/** Names of the applied migrations, by version. */
async function readRecords(session: MigrationSession, schema: string): Promise<Map<number, string>> {
  const [table] = await session.query<{ found: string | null }>(`select to_regclass($1)::text as found`, [`${schema}.migration`]);
  if (!table?.found) return new Map();
  const records = await session.query<{ version: number; name: string }>(
    `select version, name from ${schema}.migration order by version`,
    [],
  );
  return new Map(records.map(({ version, name }) => [version, name]));
}
