import type { Publication, PublishOptions, PublishReceipt } from './publication.js';

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

/** What a transaction is open on: TypeORM's EntityManager or QueryRunner, or a client of `pg`. Known by its shape. */
export interface TransactionOwner {
  // oxlint-disable-next-line typescript/no-explicit-any -- three drivers' signatures have no more than this in common
  query(text: string, values?: any[]): Promise<any>;
}

/** Sends messages within the application's transactions: into the broker where it is in the same database, else into the outbox. */
export interface TransactionalSending {
  /** @throws TransactionNotOpenError · DatabaseUnsupportedError */
  open(owner: TransactionOwner): OpenTransaction;
  /** Whether messages are known to go straight into the broker: nobody sends them again, so no id has to be remembered. */
  isDirect(transaction: OpenTransaction): boolean;
  /** Publishes within one transaction. One publisher serves all its calls, since a connection takes one statement at a time. */
  publisher(transaction: OpenTransaction, timeout: number): PublisherWithin;
}

export interface PublisherWithin {
  /**
   * Resolves when it is written; it is sent when the transaction commits.
   * @throws TransactionNotOpenError · TransactionAbortedError · TransactionWriteError · TableUnusableError · OutboxMissingError ·
   * TaskNotUniqueError
   */
  send(publication: Publication): Promise<PublishReceipt>;
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
