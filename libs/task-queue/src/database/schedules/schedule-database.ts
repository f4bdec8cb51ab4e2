import type { TransactionalPublishing, TransactionSession } from '../../core/ports/broker/transactional.js';

/** The PostgreSQL database of a schedule store. Its errors keep the server's `code`. */
export interface ScheduleDatabase {
  /** for messages */
  readonly name: string;
  /** whether publishing within a transaction tells which messages a unique key holds back */
  readonly tellsHeld: boolean;
  /** publishes within its transactions */
  readonly publishing: TransactionalPublishing;
  /** ms for which a publish may wait for locks */
  readonly lockTimeout: number;
  /** ms by which tests shift the store's clock */
  shift(): number;
  query<Row>(what: string, text: string, values: readonly unknown[]): Promise<Row[]>;
  transaction<T>(what: string, work: (session: TransactionSession) => Promise<T>): Promise<T>;
}
