import { BrokerRefusedError } from '../../../core/errors/publish-errors.js';
import { migrate } from '../../../database/migrations/migrate.js';
import type { MigrationSession } from '../../../database/migrations/migration.js';
import { checkPlan, plan } from '../../../database/migrations/plan.js';
import type { BootCheck } from '../connection/postgres-connection.js';
import type { Sql } from '../connection/sql.js';
import { statementsFor } from '../connection/statements.js';

/** ms for the migrations at boot */
const MIGRATION_TIMEOUT = 300_000;

/**
 * Checks that the tables have the version of this package and that they may be used; with `migrate: true` it migrates first.
 * @throws SchemaMissingError · SchemaOutdatedError · SchemaNewerError · MigrationFailedError · BrokerRefusedError
 */
export const checkSchema: BootCheck = async (session, { migrate: asked }) => {
  const { schema } = session;
  let found = await plan(sessionOn(session), schema);
  if (asked && found.pending.length > 0) {
    await session.transaction((sql) => migrate(sessionOn(sql), schema), { timeout: MIGRATION_TIMEOUT });
    found = await plan(sessionOn(session), schema);
  }
  checkPlan(found, schema);
  const [rights] = await session.query<{ missing: string | null }>(statementsFor(schema).missingRights, [schema]);
  if (rights?.missing) throw new BrokerRefusedError(`Using schema '${schema}'`, `no right to use ${rights.missing}`);
};

/** A session for migrations. */
export function sessionOn(sql: Sql): MigrationSession {
  return { query: (text, values = []) => sql.query({ name: '', text }, values) };
}
