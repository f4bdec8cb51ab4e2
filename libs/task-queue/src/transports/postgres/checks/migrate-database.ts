import type { StoreAddress } from '../../../core/ports/runtime/database-handle.js';
import { silentLogger } from '../../../core/ports/runtime/logger.js';
import { migrate } from '../../../database/migrations/migrate.js';
import type { Migration, MigrationSession } from '../../../database/migrations/migration.js';
import { plan } from '../../../database/migrations/plan.js';
import type { MigrationPlan } from '../../../database/migrations/plan.js';
import { toBrokerError } from '../connection/call-store.js';
import { PgConnection } from '../connection/postgres-connection.js';
import { sessionOn } from './schema-check.js';

/** ms for all pending migrations: an index on a large table takes long */
const TIMEOUT = 3_600_000;

/**
 * Compares the migrations of a database's schema with the known ones.
 * @throws BrokerUnavailableError · BrokerRefusedError · BrokerVersionError · InvalidBrokerUrlError · InvalidOptionError
 */
export function planDatabase(address: StoreAddress, schema: string): Promise<MigrationPlan> {
  return within(address, schema, (session) => plan(session, schema));
}

/**
 * Runs the pending migrations, all or none.
 * @throws SchemaNewerError · MigrationFailedError · the errors of {@link planDatabase}
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
