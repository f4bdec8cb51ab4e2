import type { TransactionalPublishing, TransactionSession } from '../../core/ports/broker/transactional.js';

/** A database of PostgreSQL, as the store of schedules uses it. Errors are its owner's own, but keep the server's `code`. */
export interface ScheduleDatabase {
  /** for messages */
  readonly name: string;
  /** what is published within its transactions says what a unique key holds back */
  readonly tellsHeld: boolean;
  /** who takes messages in within its transactions */
  readonly publishing: TransactionalPublishing;
  /** ms that a publish may wait for locks */
  readonly lockTimeout: number;
  /** ms by which tests have moved the store's clock */
  shift(): number;
  query<Row>(what: string, text: string, values: readonly unknown[]): Promise<Row[]>;
  transaction<T>(what: string, work: (session: TransactionSession) => Promise<T>): Promise<T>;
}
