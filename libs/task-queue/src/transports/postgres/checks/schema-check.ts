import { BrokerRefusedError } from '../../../core/errors/publish-errors.js';
import { migrate } from '../../../database/migrations/migrate.js';
import type { MigrationSession } from '../../../database/migrations/migration.js';
import { checkPlan, plan } from '../../../database/migrations/plan.js';
import type { BootCheck } from '../connection/postgres-connection.js';
import type { Sql } from '../connection/sql.js';
import { statementsFor } from '../connection/statements.js';

/** ms that migrating at boot may take */
const MIGRATION_TIMEOUT = 300_000;

/**
 * The tables are those of this version of the package, and may be used; with `migrate: true` they are made so first.
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

/** What migrations are run through. */
export function sessionOn(sql: Sql): MigrationSession {
  return { query: (text, values = []) => sql.query({ name: '', text }, values) };
}
