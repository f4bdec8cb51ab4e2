import type { ClientOptions } from '../core/client/options/client-options.js';
import { BrokerUnavailableError } from '../core/errors/publish-errors.js';
import { ApplicationDatabase } from '../database/outbox/application-database.js';
import { checkTable } from '../database/outbox/check-table.js';
import type { Outbox } from '../database/outbox/outbox.js';
import { TransactionTargets } from '../database/outbox/transaction-targets.js';
import { isConnectionLoss } from '../database/outbox/write-error.js';
import { LONGEST_PAUSE, type ScheduleDatabase } from '../database/schedules/schedule-database.js';
import { SqlSchedules } from '../database/schedules/sql-schedules.js';

import type { ScheduleStore } from '../core/ports/stores/schedule-store.js';
import type { OpenTransaction, TransactionSession } from '../core/ports/broker/transactional.js';
import type { Broker } from '../core/ports/broker/broker.js';

/** ms that a turn waits for a lock that another open transaction holds */
const LOCK_TIMEOUT = 1_000;

/** Schedules in the application's database. */
export interface DatabaseSchedules {
  readonly store: ScheduleStore;
  /** @throws TableUnusableError */
  check(): Promise<void>;
}

/**
 * @returns undefined = they are kept with the broker
 * @throws DatabaseUnsupportedError
 */
export function openSchedules(options: ClientOptions, broker: Broker, outbox: Outbox | undefined): DatabaseSchedules | undefined {
  const { schedules: handle } = options;
  if (handle === undefined) return undefined;
  const application = new ApplicationDatabase(handle, "'schedules' of TaskQueueModule.forRoot");
  const targets = new TransactionTargets(broker, outbox);
  const targetOf = (session: TransactionSession) =>
    targets.of({ session, database: handle, connection: session, identity: session, check: () => {} } satisfies OpenTransaction);
  const database: ScheduleDatabase = {
    name: 'database',
    // The broker decides about unique keys only when the outbox is relayed.
    tellsHeld: outbox === undefined,
    publishing: {
      databaseIdentity: () => Promise.reject(new Error('the target is chosen for each transaction')),
      publishWithin: async (session, publications, within) => (await targetOf(session)).publishWithin(session, publications, within),
    },
    lockTimeout: LOCK_TIMEOUT,
    shift: () => 0,
    query: async (what, text, values) => [...(await known(what, () => application.query<never>(text, values)))],
    transaction: (what, work) => known(what, () => within(application, work)),
  };
  return {
    store: new SqlSchedules(database, options.keyPrefix),
    check: () => checkTable(application, options.keyPrefix, 'periodic_task', 'SELECT, INSERT, UPDATE, DELETE'),
  };
}

async function within<T>(application: ApplicationDatabase, work: (session: TransactionSession) => Promise<T>): Promise<T> {
  const connection = await application.connect();
  let broken = true;
  try {
    await connection.query(`BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${LONGEST_PAUSE}`, []);
    try {
      const done = await work(connection);
      await connection.query('COMMIT', []);
      broken = false;
      return done;
    } catch (error) {
      if (!isConnectionLoss(error)) {
        await connection.query('ROLLBACK', []);
        broken = false;
      }
      throw error;
    }
  } finally {
    connection.release(broken);
  }
}

async function known<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw isConnectionLoss(error) ? new BrokerUnavailableError(what, { cause: error }) : error;
  }
}
