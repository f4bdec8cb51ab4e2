import type { KeeperThread } from '../../shared/leases/lease-keeper.js';
import { findDriver } from '../../shared/find-driver.js';
import type { PostgresContext } from '../postgres-context.js';
import { THREADS } from '../statements.generated.js';

/** The thread that renews claims while the main thread is busy. */
export function keeperThread({ connection, statements }: PostgresContext): KeeperThread {
  return {
    source: THREADS.leaseKeeper,
    data: () => ({
      driver: findDriver('pg'),
      config: connection.config,
      statement: connection.polling ? { text: statements.extend.text } : { ...statements.extend },
    }),
  };
}
