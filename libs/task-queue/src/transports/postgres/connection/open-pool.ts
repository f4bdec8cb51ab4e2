import pg from 'pg';
import type { Client, Pool, PoolConfig } from 'pg';
import { InvalidOptionError } from '../../../core/errors/option-errors.js';
import type { DatabaseHandle, StoreAddress } from '../../../core/ports/runtime/database-handle.js';
import { readPostgresOptions } from './postgres-options.js';
import type { PostgresOptions } from './postgres-options.js';
import { parsePostgresUrl } from './postgres-url.js';
import { STATEMENT_TIMEOUT } from './sql.js';

/** Connections of the library's own pool: the batches of one process use no more. */
const POOL_SIZE = 5;
const CONNECT_TIMEOUT = 5_000;
/** ms after which the server ends an idle transaction */
const IDLE_TRANSACTION_TIMEOUT = 30_000;

export interface OpenPool {
  readonly pool: Pool;
  /** false: the application owns the pool, and closes it */
  readonly owned: boolean;
  readonly options: PostgresOptions;
  /** for logs and errors: no password */
  readonly shown: string;
  readonly config: PoolConfig;
  /** creates a connection outside the pool */
  createClient(): Client;
}

/**
 * A pool for a URL, or the pool of the application's `pg.Pool` or `DataSource`. Nothing is connected yet.
 * @throws InvalidBrokerUrlError · InvalidOptionError · UnknownOptionError
 */
export function openPool(address: StoreAddress, connection: Readonly<Record<string, unknown>>): OpenPool {
  const options = readPostgresOptions(connection);
  if (typeof address !== 'string') return existing(address, options);
  const { shown, config: said } = parsePostgresUrl(address);
  const config: PoolConfig = {
    application_name: 'nestjs-task-queue',
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    ...(options.polling ? {} : { statement_timeout: STATEMENT_TIMEOUT, idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT }),
    ...said,
    ...options.driver,
  };
  const pool = new pg.Pool({ ...complete(config), max: options.max ?? POOL_SIZE });
  return { pool, owned: true, options, shown, config, createClient: () => new pg.Client(config) };
}

function existing(handle: DatabaseHandle, options: PostgresOptions): OpenPool {
  const given = Object.keys(options.driver).at(0) ?? (options.max === undefined ? undefined : 'max');
  if (given !== undefined) {
    throw new InvalidOptionError(`connection.${given}`, '…', "left out where 'broker' is a pool or DataSource: set it there");
  }
  const pool = poolOf(handle);
  const { host = 'localhost', port = 5432, database = '' } = pool.options;
  const shown = `the application's pool of ${host}:${port}/${database}`;
  const { Client: Driver = pg.Client } = pool as Pool & { Client?: typeof pg.Client };
  const config = { ...complete(pool.options), connectionTimeoutMillis: pool.options.connectionTimeoutMillis || CONNECT_TIMEOUT };
  return { pool, owned: false, options, shown, config, createClient: () => new Driver(config) };
}

/** The secrets in a pool's options are not enumerable, so that a spread does not copy them. */
function complete(options: PoolConfig): PoolConfig {
  const { password, ssl } = options;
  return {
    ...options,
    ...(password !== undefined && { password }),
    ...(typeof ssl === 'object' && { ssl: { ...ssl, ...(ssl.key && { key: ssl.key }) } }),
  };
}

/** @throws InvalidOptionError */
function poolOf(handle: DatabaseHandle): Pool {
  if (!('driver' in handle)) {
    if (typeof handle.connect === 'function' && typeof handle.options === 'object') return handle as unknown as Pool;
    return refuse('a URL, a Pool of the package pg, or a DataSource of TypeORM');
  }
  if (handle.options.type !== 'postgres') return refuse("a DataSource of type 'postgres'");
  if (!handle.isInitialized) return refuse('a DataSource that is initialized: inject it into TaskQueueModule.forRootAsync');
  return (handle.driver as { master: Pool }).master;

  // The value is not shown: it may contain a password.
  function refuse(expected: string): never {
    throw new InvalidOptionError('broker', handle.constructor?.name ?? typeof handle, expected);
  }
}
