import type { Publication, PublishOptions, PublishReceipt } from './broker.js';

/**
 * A connection on which its owner has a transaction open. What is written through it is visible to others when the owner
 * commits, and gone when it rolls back.
 */
export interface TransactionSession {
  /** One statement, one round trip. A failure of it aborts the owner's transaction, so what may fail is guarded by a savepoint of its own. */
  query<Row = Record<string, unknown>>(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Row[] }>;
}

/** What a broker can do that keeps its messages in a SQL database: take them in within a transaction of its user. */
export interface TransactionalPublishing {
  /** Which database the messages are in; compared with that of a session before anything is published within it. */
  databaseIdentity(): Promise<DatabaseIdentity>;
  /**
   * As `Broker.publish`, within the transaction of the session, in one round trip: durable and handed out when it commits.
   * A receipt says what was true within the transaction. Unique keys and ids are taken in sorted order, waiting for no lock
   * longer than `timeout`.
   * @throws PublishUncertainError never: what becomes of the transaction is the owner's to know
   */
  publishWithin(session: TransactionSession, publications: readonly Publication[], options: PublishOptions): Promise<PublishReceipt[]>;
}

/**
 * Tells whether two connections lead to the same database of the same running server. The server is known by the instant at
 * which it was started: unlike the system identifier this needs no rights and tells a server from its clones and replicas.
 */
export interface DatabaseIdentity {
  readonly server: string;
  readonly database: string;
}

/** Answers one row: a {@link DatabaseIdentity}. */
export const IDENTIFY_DATABASE =
  "SELECT extract(epoch FROM pg_postmaster_start_time())::text || '/' || (SELECT oid FROM pg_database WHERE datname = current_database()) AS server, current_database()::text AS database";

export function isSameDatabase(one: DatabaseIdentity, other: DatabaseIdentity): boolean {
  return one.server === other.server && one.database === other.database;
}
