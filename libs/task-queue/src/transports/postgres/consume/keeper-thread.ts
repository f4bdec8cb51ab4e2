import type { PoolConfig } from 'pg';
import type { KeeperThread } from '../../shared/leases/lease-keeper.js';
import { threadOptions } from '../../shared/leases/thread-options.js';
import { findDriver } from '../../shared/find-driver.js';
import type { PostgresContext } from '../postgres-context.js';
import { THREADS } from '../statements.generated.js';

/** Options of a pool. */
const UNUSED = ['Client', 'Promise', 'log', 'onConnect', 'verify', 'types'];

/** The thread that renews claims while the main thread is busy. */
export function keeperThread({ connection, statements }: PostgresContext): KeeperThread {
  const { password } = connection.config as PoolConfig;
  const asksPassword = typeof password === 'function';
  return {
    source: THREADS.leaseKeeper,
    data: () => ({
      driver: findDriver('pg'),
      config: threadOptions(connection.config, asksPassword ? [...UNUSED, 'password'] : UNUSED),
      asksPassword,
      statement: connection.polling ? { text: statements.extend.text } : { ...statements.extend },
    }),
    ...(asksPassword && { password }),
    reachable: () => connection.unbrokenSince !== null,
  };
}
