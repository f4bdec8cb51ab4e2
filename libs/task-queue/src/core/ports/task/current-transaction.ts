import { AsyncLocalStorage } from 'node:async_hooks';
import type { TransactionSession } from '../broker/transactional.js';

/** A transaction that somebody has opened on one connection. */
export interface OpenTransaction {
  readonly session: TransactionSession;
  /** the connection, for what is kept as long as it */
  readonly connection: object;
  /** what leads to its database: equal for all connections of one pool or DataSource */
  readonly database: object | string;
  /** @throws TransactionNotOpenError when it has not begun, or is over */
  check(what: string): void;
}

/** The transaction of a transactional task, which all that it does belongs to. */
export interface AmbientTransaction extends OpenTransaction {
  /** TypeORM's manager of it, for `@Tx()` */
  readonly manager: unknown;
}

/** The transaction that the current code runs in; empty outside of transactional tasks. What a task sends goes into it. */
export const currentTransaction = new AsyncLocalStorage<AmbientTransaction | undefined>();

/**
 * Does something outside the transaction of the transactional task that calls it: it stays when that is rolled back.
 * @example await outsideTransaction(() => this.audit.save({ attemptedAt: new Date() }))
 */
export function outsideTransaction<T>(work: () => T): T {
  return currentTransaction.run(undefined, work);
}
