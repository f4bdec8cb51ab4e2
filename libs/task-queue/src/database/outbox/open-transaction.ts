import { DatabaseUnsupportedError, TransactionNotOpenError } from '../../core/errors/transaction-errors.js';
import type { OpenTransaction, TransactionOwner, TransactionSession } from '../../core/ports/broker/transactional.js';
import { addressOf } from './application-database.js';
import { guardedSession, isIn, transactionOn, type TransactionClient } from './guarded-session.js';

type Query = (text: string, values: unknown[], useStructuredResult: true) => Promise<{ records: unknown[] }>;

interface QueryRunnerLike {
  readonly isReleased: boolean;
  readonly isTransactionActive: boolean;
  /** the DataSource; has this name since TypeORM 1 */
  readonly dataSource?: DataSourceShape;
  readonly connection?: DataSourceShape;
  /** once it is connected */
  readonly databaseConnection?: PgClientLike;
  query: Query;
}

interface DataSourceShape {
  readonly options: { readonly type: string };
}

interface PgClientLike extends TransactionClient {
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
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

/**
 * @param query the runner's, unless it is called in another way
 * @throws DatabaseUnsupportedError
 */
export function ofQueryRunner(
  runner: QueryRunnerLike,
  where = WHAT,
  query: Query = (...statement) => runner.query(...statement),
): OpenTransaction {
  const dataSource = dataSourceOf(runner);
  if (!POSTGRES.has(dataSource.options.type)) throw new DatabaseUnsupportedError(where, dataSource.options.type);
  const { databaseConnection: client } = runner;
  const session: TransactionSession = {
    query: async (text, values) => ({ rows: (await query(text, [...values], true)).records as never }),
  };
  return {
    session: client === undefined ? session : guardedSession(session, client),
    connection: runner,
    identity: client === undefined ? runner : transactionOn(client),
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
  const identity = transactionOn(client);
  return {
    session: guardedSession(session, client),
    connection: client,
    identity,
    database: addressOf(client) ?? client,
    check(what) {
      if (!isIn(client, identity)) throw new TransactionNotOpenError(what, 'no transaction is open on this client, or another one');
    },
  };
}

function isManager(owner: object): owner is object & { queryRunner?: QueryRunnerLike } {
  return 'getRepository' in owner;
}

function isQueryRunner(owner: object): owner is QueryRunnerLike {
  return 'startTransaction' in owner;
}
