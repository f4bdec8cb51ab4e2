/** One SQL statement, ready to be sent. */
export interface Statement {
  /** under which connections keep it prepared: one name, one text; '' = not kept, and without values `text` may be many statements */
  readonly name: string;
  /** with the schema put in */
  readonly text: string;
}

export interface QueryOptions {
  /** ms for everything, the wait for a connection included; default {@link ANSWER_TIMEOUT} */
  readonly timeout?: number;
}

/** ms after which the server itself ends a statement */
export const STATEMENT_TIMEOUT = 10_000;
/** ms that an answer is waited for: longer, so that the server's definite one comes first */
export const ANSWER_TIMEOUT = STATEMENT_TIMEOUT + 1_000;

/** Runs statements. */
export interface Sql {
  /**
   * One statement, one round trip.
   * @throws ConnectionLostError · ServerRefusedError · what the boot check refused
   */
  query<Row>(statement: Statement, values: readonly unknown[], options?: QueryOptions): Promise<Row[]>;
}

/** The database as the parts of the transport see it. */
export interface PostgresConnection extends Sql {
  /**
   * Begins to connect, and waits some seconds for it.
   * @throws what the boot check refused: version, schema, login
   */
  connect(): Promise<void>;
  /** Safe to call twice. */
  close(): Promise<void>;
  /**
   * Runs `work` in one transaction on one connection, rolled back where it throws.
   * @throws ConnectionLostError `sent` where the fate of the COMMIT is not known
   */
  transaction<T>(work: (sql: Sql) => Promise<T>, options?: QueryOptions): Promise<T>;
  readonly schema: string;
  /** behind a transaction-pooling proxy: no LISTEN, no prepared statements, nothing that belongs to a session */
  readonly polling: boolean;
  /** monotonic ms since which every statement was answered; null while the last one was not */
  readonly unbrokenSince: number | null;
  /** the driver's options, for a connection of one's own */
  readonly config: object;
  /**
   * Hears the notes of a channel (at most 63 bytes; ours begin with the schema), best effort. A handler is called with '' when notes may
   * have been missed (the connection was lost and is back): look for yourself. Never called in polling mode.
   * @returns how to stop; resolves when notes arrive, or after some seconds: it then goes on trying
   */
  listen(channel: string, handler: (payload: string) => void): Promise<() => Promise<void>>;
}
