import { DatabaseUnsupportedError } from '../../core/errors/transaction-errors.js';
import { InvalidOptionError } from '../../core/errors/option-errors.js';
import { isDataSource, type DatabaseHandle, type PgPoolLike } from '../../core/ports/runtime/database-handle.js';
import type { TransactionSession } from '../../core/ports/broker/transactional.js';

/** A connection from the application's pool, until it is released. */
export interface OwnConnection extends TransactionSession {
  /** Calls `wake` for each notification, and when the connection breaks. */
  onEvent(wake: () => void): void;
  /** @param broken closes the connection instead of returning it to the pool */
  release(broken: boolean): void;
}

interface PgClient {
  query(statement: { text: string; values: readonly unknown[]; query_timeout: number }): Promise<{ rows: unknown[] }>;
  on(event: string, listener: () => void): unknown;
  removeListener(event: string, listener: () => void): unknown;
  release(broken: boolean): void;
}

/** ms after which a connection that does not answer is closed */
const QUERY_TIMEOUT = 30_000;

/** The application's database, through the application's own pool. */
export class ApplicationDatabase {
  /** @throws DatabaseUnsupportedError */
  constructor(
    private readonly source: DatabaseHandle,
    private readonly where: string,
  ) {
    if (isDataSource(source) && source.options.type !== 'postgres') throw new DatabaseUnsupportedError(where, source.options.type);
  }

  async connect(): Promise<OwnConnection> {
    return ownConnection((await this.#pool().connect()) as PgClient);
  }

  /** Runs one statement on a connection of the pool. */
  async query<Row>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
    const connection = await this.connect();
    let broken = true;
    try {
      const { rows } = await connection.query<Row>(text, values);
      broken = false;
      return rows;
    } finally {
      connection.release(broken);
    }
  }

  /** A DataSource has a pool only after it was initialized. */
  #pool(): Pick<PgPoolLike, 'connect'> {
    if (!isDataSource(this.source)) return this.source;
    const { master } = this.source.driver as { master?: PgPoolLike };
    if (master === undefined)
      throw new InvalidOptionError('dataSource', 'one that is closed', `a DataSource that is initialized (${this.where})`);
    return master;
  }
}

function ownConnection(client: PgClient): OwnConnection {
  const listeners: (() => void)[] = [];
  // Without a listener, an idle connection that breaks ends the process.
  const onError = () => listeners.forEach((listener) => listener());
  client.on('error', onError);
  return {
    query: async (text, values) => (await client.query({ text, values, query_timeout: QUERY_TIMEOUT })) as never,
    onEvent(wake) {
      listeners.push(wake);
      client.on('notification', wake);
    },
    release(broken) {
      for (const listener of listeners) client.removeListener('notification', listener);
      client.removeListener('error', onError);
      client.release(broken);
    },
  };
}
