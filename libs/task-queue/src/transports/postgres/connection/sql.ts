/** One SQL statement, ready to be sent. */
export interface Statement {
  /** the name of the prepared statement; '' = not prepared: `text` may then be several statements, if it has no values */
  readonly name: string;
  /** with the schema's name */
  readonly text: string;
}

export interface QueryOptions {
  /** ms, including the wait for a connection; default {@link ANSWER_TIMEOUT} */
  readonly timeout?: number;
  /** whether the rows can be this statement's own; if not, they count as lost, and so does their connection */
  readonly fits?: (rows: readonly unknown[]) => boolean;
}

export interface TransactionOptions extends QueryOptions {
  /** ms after which the server ends the transaction if it is idle; default: as the connection says */
  readonly longestPause?: number;
}

/** ms after which the server ends a statement */
export const STATEMENT_TIMEOUT = 10_000;
/** ms of waiting for an answer: longer, so that the server's definite answer comes first */
export const ANSWER_TIMEOUT = STATEMENT_TIMEOUT + 1_000;

/** Runs statements. */
export interface Sql {
  /**
   * One statement, one round trip.
   * @throws ConnectionLostError · ServerRefusedError · errors of the boot check
   */
  query<Row>(statement: Statement, values: readonly unknown[], options?: QueryOptions): Promise<Row[]>;
}

/** The database of a transport. */
export interface PostgresConnection extends Sql {
  /**
   * Starts to connect, and waits some seconds.
   * @throws errors of the boot check: version, schema, login
   */
  connect(): Promise<void>;
  /** Safe to call twice. */
  close(): Promise<void>;
  /**
   * Runs `work` in a transaction, which is rolled back if it throws.
   * @throws ConnectionLostError `sent` if the fate of the COMMIT is unknown
   */
  transaction<T>(work: (sql: Sql) => Promise<T>, options?: TransactionOptions): Promise<T>;
  readonly schema: string;
  /** behind a transaction-pooling proxy: no LISTEN, no prepared statements, no session state */
  readonly polling: boolean;
  /** monotonic ms since which every statement was answered; null if the last one was not */
  readonly unbrokenSince: number | null;
  /** the driver's options, for another connection */
  readonly config: object;
  /**
   * Listens to the notes of a channel (at most 63 bytes; the name begins with the schema), best effort. The handler is called with ''
   * when notes may have been missed, because the connection was lost and is back. It is never called in polling mode.
   * @returns how to stop; resolves when listening, or after some seconds: it then keeps trying
   */
  listen(channel: string, handler: (payload: string) => void): Promise<() => Promise<void>>;
}
