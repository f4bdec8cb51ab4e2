import { DatabaseUnsupportedError, TransactionNotOpenError } from '../../core/errors/transaction-errors.js';

import type { OpenTransaction, TransactionOwner, TransactionSession } from '../../core/ports/broker/transactional.js';

interface QueryRunnerLike {
  readonly isReleased: boolean;
  readonly isTransactionActive: boolean;
  /** the DataSource; has this name since TypeORM 1 */
  readonly dataSource?: DataSourceShape;
  readonly connection?: DataSourceShape;
  query(text: string, values: unknown[], useStructuredResult: true): Promise<{ records: unknown[] }>;
}

interface DataSourceShape {
  readonly options: { readonly type: string };
}

interface PgClientLike {
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  /** 'I' = none, 'T' = open, 'E' = failed; since pg 8.17 */
  getTransactionStatus?(): string | null;
  query(text: string, values: readonly unknown[]): Promise<{ rows: unknown[] }>;
}

const POSTGRES = new Set(['postgres', 'aurora-postgres']);
const WHAT = 'withManager()';

/**
 * The open transaction of an EntityManager, a QueryRunner or a client of pg.
 * @throws TransactionNotOpenError · DatabaseUnsupportedError
 */
export function openTransaction(owner: TransactionOwner): OpenTransaction {
  if (typeof owner?.query !== 'function') {
    throw new TransactionNotOpenError(WHAT, 'it takes an EntityManager, a QueryRunner or a client of pg');
  }
  const open = isManager(owner) ? ofManager(owner) : isQueryRunner(owner) ? ofQueryRunner(owner) : ofClient(owner);
  open.check(WHAT);
  return open;
}

/** @throws DatabaseUnsupportedError */
export function ofQueryRunner(runner: QueryRunnerLike, where = WHAT): OpenTransaction {
  const dataSource = dataSourceOf(runner);
  if (!POSTGRES.has(dataSource.options.type)) throw new DatabaseUnsupportedError(where, dataSource.options.type);
  return {
    session: { query: async (text, values) => ({ rows: (await runner.query(text, [...values], true)).records as never }) },
    connection: runner,
    database: dataSource,
    check(what) {
      if (runner.isReleased) throw new TransactionNotOpenError(what, 'the transaction of this manager is over');
      if (!runner.isTransactionActive) throw new TransactionNotOpenError(what, 'no transaction is open on this QueryRunner');
    },
  };
}

export function dataSourceOf(runner: QueryRunnerLike): DataSourceShape {
  return (runner.dataSource ?? runner.connection)!;
}

function ofManager(manager: object & { queryRunner?: QueryRunnerLike }): OpenTransaction {
  if (manager.queryRunner === undefined) throw new TransactionNotOpenError(WHAT, 'this EntityManager does not belong to a transaction');
  return ofQueryRunner(manager.queryRunner);
}

function ofClient(client: TransactionOwner & PgClientLike): OpenTransaction {
  if ('totalCount' in client) throw new TransactionNotOpenError(WHAT, 'a Pool gives each statement to any connection; take a client of it');
  const session: TransactionSession = { query: (text, values) => client.query(text, values) as never };
  const { host, port, database } = client;
  return {
    session,
    connection: client,
    database: database === undefined ? client : `${host}:${port}/${database}`,
    check(what) {
      const status = client.getTransactionStatus?.() ?? 'T';
      if (status !== 'T' && status !== 'E') throw new TransactionNotOpenError(what, 'no transaction is open on this client');
    },
  };
}

function isManager(owner: object): owner is object & { queryRunner?: QueryRunnerLike } {
  return 'getRepository' in owner;
}

function isQueryRunner(owner: object): owner is QueryRunnerLike {
  return 'startTransaction' in owner;
}
