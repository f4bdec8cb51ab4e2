/** The transactions that a transactional task runs in: of one database, with one isolation. */
export interface TaskTransactions {
  /** ms that records are kept; a message that was due longer ago may have run */
  readonly retention: number;
  /**
   * Whether tasks can run so; asked before a worker starts.
   * @param concurrency how many of them may be open at once
   * @throws DatabaseUnsupportedError · TableUnusableError · InvalidOptionError
   */
  check(concurrency: number): Promise<void>;
  /**
   * Does work in a transaction, unless a record shows that it is done, or another run is doing it. The value that the work
   * resolves to is recorded in the same transaction, which then commits; null rolls it back.
   * @param id null = nothing is looked up, and nothing recorded
   * @param work whose rejection rolls back, and is passed on
   */
  run(id: string | null, work: () => Promise<string | null>): Promise<TransactionEnd>;
  /** Finds the record of a committed run. */
  find(id: string): Promise<RecordFound>;
  /** Removes records that are older than `retention`. */
  prune(): Promise<void>;
}

/** Why a message needs no run now. `busy`: another run is in its transaction · `unavailable`: the database is out of reach */
export type EarlierRun =
  | { readonly kind: 'recorded'; readonly record: string }
  | { readonly kind: 'busy' }
  | { readonly kind: 'unavailable'; readonly error: unknown };

export type RecordFound = EarlierRun | { readonly kind: 'none' };

/** `lost`: the connection broke, and nothing was committed · `failed`: the database refused it */
export type TransactionEnd =
  | EarlierRun
  | { readonly kind: 'committed' }
  | { readonly kind: 'rolledBack' }
  | { readonly kind: 'lost'; readonly error: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

export type IsolationLevel = 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';

/** How a task is transactional. */
export interface TransactionalPolicy {
  /** the name of a TypeORM DataSource; null = the one without a name */
  readonly dataSource: string | null;
  /** null = as the DataSource, or the database, says */
  readonly isolation: IsolationLevel | null;
}
