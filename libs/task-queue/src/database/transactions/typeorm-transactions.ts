import type { DataSource } from 'typeorm';
import { InvalidOptionError } from '../../core/errors/option-errors.js';
import { checkSchemaName } from '../../core/policies/check-schema-name.js';
import { ApplicationDatabase } from '../outbox/application-database.js';
import { checkApplicationSchema } from '../migrations/check-application-schema.js';
import { checkTable } from '../outbox/check-table.js';
import { isConnectionLoss, isFull, sqlStateOf, writeError } from '../outbox/write-error.js';
import { currentTransaction } from '../../core/ports/task/current-transaction.js';
import type { RecordFound, TaskTransactions, TransactionalPolicy, TransactionEnd } from '../../core/ports/task/task-transactions.js';
import type { TransactionSession } from '../../core/ports/broker/transactional.js';
import { AmbientDataSource, type TaskTransaction } from './ambient-data-source.js';
import { recordStatements, recordId, type RecordStatements } from './record-statements.js';

export interface TypeOrmTransactionsOptions {
  readonly dataSource: DataSource;
  readonly policy: TransactionalPolicy;
  /** schema of the records */
  readonly schema: string;
  /** ms that they are kept */
  readonly retention: number;
}

const UNIQUE_VIOLATION = '23505';
const RECORDING = 'Recording the end of a transactional task';

/** Transactions of a TypeORM DataSource on PostgreSQL, with the records of the tasks that ran in them. */
export class TypeOrmTransactions implements TaskTransactions {
  readonly retention: number;
  readonly #database: ApplicationDatabase;
  readonly #ambient: AmbientDataSource;
  readonly #statements: RecordStatements;
  readonly #table: string;

  /** @throws DatabaseUnsupportedError · InvalidOptionError */
  constructor(private readonly options: TypeOrmTransactionsOptions) {
    const { dataSource, schema, retention } = options;
    checkSchemaName(schema);
    this.retention = retention;
    this.#database = new ApplicationDatabase(dataSource, "A task with 'transactional'");
    this.#ambient = AmbientDataSource.of(dataSource);
    this.#statements = recordStatements(schema);
    this.#table = `${schema}.task_record`;
  }

  async check(concurrency: number): Promise<void> {
    const { schema, dataSource } = this.options;
    await checkTable(this.#database, schema, 'task_record', 'SELECT, INSERT, DELETE');
    await checkApplicationSchema((text, values) => this.#database.query(text, values), schema);
    const { master } = dataSource.driver as unknown as { master: { options: { max: number } } };
    if (master.options.max > concurrency) return;
    const what = `less than the connections of its DataSource (${master.options.max}): each transactional task holds one`;
    throw new InvalidOptionError('concurrency', concurrency, what);
  }

  async run(id: string | null, work: () => Promise<string | null>): Promise<TransactionEnd> {
    if (id === null && currentTransaction.getStore()?.database === this.options.dataSource) return joined(work);
    let transaction: TaskTransaction;
    try {
      transaction = await this.#ambient.begin(this.options.policy.isolation);
    } catch (error) {
      return notBegun(error);
    }
    try {
      return await this.#run(id, work, transaction);
    } finally {
      // Nothing is left to roll back where it was committed or rolled back.
      await transaction.rollBack();
    }
  }

  async find(id: string): Promise<RecordFound> {
    try {
      const connection = await this.#database.connect();
      let broken = true;
      try {
        await connection.query('BEGIN', []);
        const found = await this.#look(connection, id);
        await connection.query('ROLLBACK', []);
        broken = false;
        return found;
      } finally {
        connection.release(broken);
      }
    } catch (error) {
      return { kind: 'unavailable', error };
    }
  }

  async prune(): Promise<void> {
    let removed: readonly unknown[];
    do {
      removed = await this.#database.query(this.#statements.prune, [this.retention]);
    } while (removed.length > 0);
  }

  async #run(id: string | null, work: () => Promise<string | null>, transaction: TaskTransaction): Promise<TransactionEnd> {
    const { ambient, records } = transaction;
    if (id !== null) {
      const found = await this.#look(records, id).catch(notBegun);
      if (found.kind !== 'none') return found;
    }
    const record = await currentTransaction.run(ambient, work);
    if (record === null) return rolledBack(await transaction.rollBack());
    try {
      if (id !== null) await records.query(this.#statements.record, [recordId(id), Buffer.from(record)]);
    } catch (error) {
      return this.#notRecorded(id!, error);
    }
    try {
      await transaction.commit();
      return { kind: 'committed' };
    } catch (error) {
      return this.#notCommitted(id, error);
    }
  }

  /**
   * The lock is taken by a statement of its own: what the next one sees is no older than the lock. (With a snapshot of the
   * whole transaction it can be: then the record of the other run refuses ours.)
   */
  async #look(session: TransactionSession, id: string): Promise<RecordFound> {
    const key = recordId(id);
    const lock = await session.query<{ granted: boolean }>(this.#statements.lock, [key]);
    if (!lock.rows[0]!.granted) return { kind: 'busy' };
    const { rows } = await session.query<{ settlement: Uint8Array }>(this.#statements.find, [key]);
    return rows.length === 0 ? { kind: 'none' } : { kind: 'recorded', record: Buffer.from(rows[0]!.settlement).toString() };
  }

  async #notRecorded(id: string, error: unknown): Promise<TransactionEnd> {
    if (sqlStateOf(error) === UNIQUE_VIOLATION) {
      const found = await this.find(id);
      if (found.kind !== 'none') return found;
    }
    if (isFull(error)) return { kind: 'unavailable', error };
    return { kind: isConnectionLoss(error) ? 'lost' : 'failed', error: writeError(RECORDING, this.#table, error) };
  }

  /** Where the connection was lost, only the record can tell whether the commit had come through. */
  async #notCommitted(id: string | null, error: unknown): Promise<TransactionEnd> {
    if (!isConnectionLoss(error)) return { kind: isFull(error) ? 'unavailable' : 'failed', error };
    if (id === null) return { kind: 'lost', error };
    const found = await this.find(id);
    if (found.kind === 'recorded') return { kind: 'committed' };
    return found.kind === 'none' ? { kind: 'lost', error } : found;
  }
}

/** However the handler took the loss of its connection, it lost its work. */
function rolledBack(lost: unknown): TransactionEnd {
  return lost === undefined ? { kind: 'rolledBack' } : { kind: 'lost', error: lost };
}

/** The handler was not called: a loss of the connection is no loss of a worker. */
function notBegun(error: unknown): Extract<TransactionEnd, { readonly kind: 'unavailable' | 'failed' }> {
  return { kind: isConnectionLoss(error) ? 'unavailable' : 'failed', error };
}

/** A task that another task runs inline joins its transaction. */
async function joined(work: () => Promise<string | null>): Promise<TransactionEnd> {
  return { kind: (await work()) === null ? 'rolledBack' : 'committed' };
}
