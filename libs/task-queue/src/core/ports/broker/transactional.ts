import type { Publication, PublishOptions, PublishReceipt } from './publication.js';

/**
 * A connection on which its owner has a transaction open. What is written through it is visible to others when the owner
 * commits, and gone when it rolls back.
 */
export interface TransactionSession {
  /** One statement, one round trip. A failure aborts the owner's transaction, so a statement that may fail uses a savepoint. */
  query<Row = Record<string, unknown>>(text: string, values: readonly unknown[]): Promise<{ readonly rows: readonly Row[] }>;
}

/** Offered by a broker whose messages are in a SQL database: publishing within a transaction of the application. */
export interface TransactionalPublishing {
  /** The database of the messages, to compare with that of a session before publishing within it. */
  databaseIdentity(): Promise<DatabaseIdentity>;
  /**
   * As `Broker.publish`, within the transaction of the session, in one round trip: durable and handed out when it commits.
   * A receipt describes the state within the transaction. Unique keys and ids are locked in sorted order; no lock is awaited
   * longer than `timeout`.
   * Never throws PublishUncertainError: the owner knows whether the transaction was committed.
   */
  publishWithin(session: TransactionSession, publications: readonly Publication[], options: PublishOptions): Promise<PublishReceipt[]>;
}

/** The object that a transaction is open on, known by its shape: TypeORM's EntityManager or QueryRunner, or a client of `pg`. */
export interface TransactionOwner {
  // oxlint-disable-next-line typescript/no-explicit-any -- three drivers' signatures have no more than this in common
  query(text: string, values?: any[]): Promise<any>;
}

/** Sends messages within the application's transactions: into the broker where it is in the same database, else into the outbox. */
export interface TransactionalSending {
  /** @throws TransactionNotOpenError · DatabaseUnsupportedError */
  open(owner: TransactionOwner): OpenTransaction;
  /** Whether messages go straight into the broker. No relay sends them again, so their ids need no trace. */
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
 * Identifies a database of a running server. The server is identified by the instant at which it started: unlike the system
 * identifier, this needs no privileges and differs between a server and its clones and replicas.
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

/** A transaction that is open on one connection. */
export interface OpenTransaction {
  /** @throws TransactionNotOpenError instead of writing once this transaction is over, also if another is open on the connection */
  readonly session: TransactionSession;
  readonly connection: object;
  /** a key for state that lives as long as the transaction */
  readonly identity: object;
  /** the pool, DataSource or address of the connection: equal for all connections to one database */
  readonly database: object | string;
  /** @throws TransactionNotOpenError when it has not begun, or is over */
  check(what: string): void;
}
