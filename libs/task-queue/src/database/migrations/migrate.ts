import { MigrationFailedError, SchemaNewerError } from '../../core/errors/schema-errors.js';
import { ALL_MIGRATIONS, inSchema } from './migration.js';
import type { Migration, MigrationSession } from './migration.js';
import { plan } from './plan.js';

/** ms that migrating waits for tables which running workers hold */
const LOCK_TIMEOUT = 30_000;

/**
 * Runs what has not been run yet. The session is in a transaction, which keeps all of it or nothing; of many who migrate at once,
 * one does it and the others find it done.
 * @returns what was run
 * @throws SchemaNewerError · MigrationFailedError
 */
export async function migrate(
  session: MigrationSession,
  schema: string,
  known: readonly Migration[] = ALL_MIGRATIONS,
): Promise<readonly Migration[]> {
  await session.query(`set local lock_timeout = ${LOCK_TIMEOUT}`);
  await session.query('set local statement_timeout = 0');
  await prepare(session, schema);
  const { pending, unknown } = await plan(session, schema, known);
  if (unknown.length > 0) throw new SchemaNewerError(schema, unknown);
  for (const migration of pending) await run(session, schema, migration);
  return pending;
}

/** Runs one migration unless it was run; for runners that keep an order of their own. @returns whether it was run */
export async function migrateOne(session: MigrationSession, schema: string, migration: Migration): Promise<boolean> {
  await prepare(session, schema);
  const { applied } = await plan(session, schema, [migration]);
  if (applied.length > 0) return false;
  await run(session, schema, migration);
  return true;
}

/** One after another. */
async function prepare(session: MigrationSession, schema: string): Promise<void> {
  await session.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`nestjs-task-queue:${schema}`]);
  await session.query(baseline(schema));
}

/** What the migrations themselves are noted in. */
export function baseline(schema: string): string {
  return inSchema(
    // Whoever may not create schemas may still work in one that was made for it.
    `do $$ begin if to_regnamespace('{schema}') is null then create schema {schema}; end if; end $$;
create table if not exists {schema}.migration (version integer primary key, name text not null, applied_at timestamptz not null default now());`,
    schema,
  );
}

/** What notes that a migration was run. */
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
