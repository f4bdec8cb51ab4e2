import { AsyncLocalStorage } from 'node:async_hooks';
import type { OpenTransaction } from '../broker/transactional.js';

/** The transaction of a transactional task. */
export interface AmbientTransaction extends OpenTransaction {
  /** TypeORM's EntityManager of the transaction, for `@Tx()` */
  readonly manager: unknown;
}

/** The transaction that the current code runs in; empty outside of transactional tasks. Calls of the task go into it. */
export const currentTransaction = new AsyncLocalStorage<AmbientTransaction | undefined>();

/**
 * Does something outside the transaction of the transactional task that calls it: it stays when that is rolled back.
 * @example await outsideTransaction(() => this.audit.save({ attemptedAt: new Date() }))
 */
export function outsideTransaction<T>(work: () => T): T {
  return currentTransaction.run(undefined, work);
}
