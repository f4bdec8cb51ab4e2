import type { StoreAddress } from '../../../core/ports/runtime/database-handle.js';
import { silentLogger } from '../../../core/ports/runtime/logger.js';
import { migrate } from '../../../database/migrations/migrate.js';
import type { Migration, MigrationSession } from '../../../database/migrations/migration.js';
import { plan } from '../../../database/migrations/plan.js';
import type { MigrationPlan } from '../../../database/migrations/plan.js';
import { toBrokerError } from '../connection/call-store.js';
import { PgConnection } from '../connection/postgres-connection.js';
import { sessionOn } from './schema-check.js';

/** ms that all pending migrations together may take: an index on a long table takes its time */
const TIMEOUT = 3_600_000;

/**
 * What has been run in a schema of a database, and what has not.
 * @throws BrokerUnavailableError · BrokerRefusedError · BrokerVersionError · InvalidBrokerUrlError · InvalidOptionError
 */
export function planDatabase(address: StoreAddress, schema: string): Promise<MigrationPlan> {
  return within(address, schema, (session) => plan(session, schema));
}

/**
 * Runs what has not been run yet, all or nothing.
 * @throws SchemaNewerError · MigrationFailedError · what {@link planDatabase} throws
 */
export function migrateDatabase(address: StoreAddress, schema: string): Promise<readonly Migration[]> {
  return within(address, schema, (session) => migrate(session, schema));
}

async function within<T>(address: StoreAddress, schema: string, work: (session: MigrationSession) => Promise<T>): Promise<T> {
  const connection = new PgConnection(address, { keyPrefix: schema, connection: { max: 1 }, logger: silentLogger });
  try {
    return await connection.transaction((sql) => work(sessionOn(sql)), { timeout: TIMEOUT });
  } catch (error) {
    throw toBrokerError(`Migrating schema '${schema}' of ${connection.shown}`, error);
  } finally {
    await connection.close();
  }
}
