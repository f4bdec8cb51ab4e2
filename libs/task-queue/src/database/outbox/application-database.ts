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
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  on(event: string, listener: () => void): unknown;
  removeListener(event: string, listener: () => void): unknown;
  release(broken: boolean): void;
}

/** Equal for all clients of one database; undefined if the client does not tell. */
export function addressOf({ host, port, database }: Pick<PgClient, 'host' | 'port' | 'database'>): string | undefined {
  return database === undefined ? undefined : `${host}:${port}/${database}`;
}

/** ms after which a connection that does not answer is closed */
const QUERY_TIMEOUT = 30_000;

/** The application's database, through the application's own pool. */
export class ApplicationDatabase {
  /** once it was connected */
  #address: string | undefined;

  /** @throws DatabaseUnsupportedError */
  constructor(
    private readonly source: DatabaseHandle,
    private readonly where: string,
  ) {
    if (isDataSource(source) && source.options.type !== 'postgres') throw new DatabaseUnsupportedError(where, source.options.type);
  }

  async connect(): Promise<OwnConnection> {
    const client = (await this.#pool().connect()) as PgClient;
    this.#address ??= addressOf(client);
    return ownConnection(client);
  }

  /** Whether a transaction's `database` is this one for sure. Asks nobody. */
  is(database: object | string): boolean {
    return database === this.source || database === this.#address;
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
    if (!isDataSource(this.source)) return listening(this.source);
    const { master } = this.source.driver as { master?: PgPoolLike };
    if (master === undefined)
      throw new InvalidOptionError('dataSource', 'one that is closed', `a DataSource that is initialized (${this.where})`);
    return listening(master);
  }
}

const listened = new WeakSet<PgPoolLike>();

/**
 * One packet can both begin and end a session. Whoever awaits the connection (TypeORM, too) listens too late for the end, and an
 * error without a listener ends the process: so each connection of the pool has a listener from its beginning.
 */
function listening(pool: PgPoolLike): PgPoolLike {
  if (listened.has(pool)) return pool;
  listened.add(pool);
  const { on } = pool as { on?: (event: 'connect', heard: (client: Pick<PgClient, 'on'>) => void) => unknown };
  on?.call(pool, 'connect', (client) => client.on('error', () => {}));
  return pool;
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
