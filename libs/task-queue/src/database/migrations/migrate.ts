import { MigrationFailedError, SchemaNewerError } from '../../core/errors/schema-errors.js';
import { ALL_MIGRATIONS, inSchema } from './migration.js';
import type { Migration, MigrationSession } from './migration.js';
import { plan } from './plan.js';

/** ms for which a migration waits for tables that running workers have locked */
const LOCK_TIMEOUT = 30_000;

/**
 * Runs the pending migrations. The session is in a transaction, so all of them take effect or none. If several processes migrate
 * at once, one runs the migrations and the others find nothing pending.
 * @returns the migrations that were run
 * @throws SchemaNewerError · MigrationFailedError
 */
export async function migrate(
  session: MigrationSession,
  schema: string,
  known: readonly Migration[] = ALL_MIGRATIONS,
  lockTimeout = LOCK_TIMEOUT,
): Promise<readonly Migration[]> {
  // Otherwise the snapshot may be older than the lock, and the migrations of another process would not be seen.
  await session.query('set transaction isolation level read committed');
  // The other process may need long; only the waits for tables are limited.
  await session.query('set local lock_timeout = 0');
  await session.query('set local statement_timeout = 0');
  await lock(session, schema);
  await session.query(`set local lock_timeout = ${lockTimeout}`);
  await session.query(baseline(schema));
  const { pending, unknown } = await plan(session, schema, known);
  if (unknown.length > 0) throw new SchemaNewerError(schema, unknown);
  for (const migration of pending) await run(session, schema, migration);
  return pending;
}

/** Runs one migration if it is pending; for runners that order migrations themselves. @returns whether it was run */
export async function migrateOne(session: MigrationSession, schema: string, migration: Migration): Promise<boolean> {
  await lock(session, schema);
  await session.query(baseline(schema));
  const { applied } = await plan(session, schema, [migration]);
  if (applied.length > 0) return false;
  await run(session, schema, migration);
  return true;
}

/** Lets one process migrate at a time. */
async function lock(session: MigrationSession, schema: string): Promise<void> {
  await session.query(`select pg_advisory_xact_lock(pg_catalog.hashtextextended($1, 0))`, [`nestjs-task-queue:${schema}`]);
}

/** SQL that creates the schema and the table of applied migrations. */
export function baseline(schema: string): string {
  return inSchema(
    // A user without the right to create schemas can migrate a schema that exists.
    `do $$ begin if to_regnamespace('{schema}') is null then create schema {schema}; end if; end $$;
create table if not exists {schema}.migration (version integer primary key, name text not null, applied_at timestamptz not null default now());`,
    schema,
  );
}

/** SQL that records a migration as applied. */
export function recordOf({ version, name }: Migration, schema: string): string {
  return `insert into ${schema}.migration (version, name) values (${version}, '${name}');`;
}

async function run(session: MigrationSession, schema: string, migration: Migration): Promise<void> {
  try {
    await session.query(inSchema(migration.text, schema));
    await session.query(recordOf(migration, schema));
  } catch (error) {
    throw new MigrationFailedError(migration.name, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
