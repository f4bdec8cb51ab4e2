import type { TransactionalPublishing, TransactionSession } from '../../core/ports/broker/transactional.js';

/** ms for which a beat may stand still within a transaction: the server then ends it, because its schedules are locked for all others */
export const LONGEST_PAUSE = 3_000;

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
  /** ended by the server when it is idle for {@link LONGEST_PAUSE} */
  transaction<T>(what: string, work: (session: TransactionSession) => Promise<T>): Promise<T>;
}
