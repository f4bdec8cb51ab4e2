import type { EventEmitter } from 'node:events';
import type { DataSource, QueryRunner } from 'typeorm';
import { OutsideTransactionError, TransactionNotOpenError } from '../../core/errors/transaction-errors.js';
import { ofQueryRunner } from '../outbox/open-transaction.js';
import { type AmbientTransaction, currentTransaction } from '../../core/ports/task/current-transaction.js';
import type { IsolationLevel } from '../../core/ports/task/task-transactions.js';
import type { TransactionSession } from '../../core/ports/broker/transactional.js';

/** Gives up on an answer that takes too long. @param givenUp called then */
type Answered = <T>(answer: Promise<T>, givenUp?: () => void) => Promise<T>;
type Query = (...args: unknown[]) => Promise<unknown>;

/** An open transaction. */
export interface TaskTransaction {
  readonly ambient: AmbientTransaction;
  /** for the records: they are written even if the handler has ended the transaction itself */
  readonly records: TransactionSession;
  /** @throws the error of the database; TransactionNotOpenError if a nested transaction is still open */
  commit(): Promise<void>;
  /** Never rejects: the loss of the connection rolls back, too. @returns the error of a lost connection, else undefined */
  rollBack(): Promise<unknown>;
}

/** ms after which a statement of ours without an answer is given up, and its connection with it */
const ANSWER_TIMEOUT = 30_000;

const known = new WeakMap<DataSource, AmbientDataSource>();

/**
 * A DataSource whose queries, within a transactional task, belong to the task's transaction. TypeORM takes the connection
 * of every query, be it of a repository, a manager or a builder, from `createQueryRunner` of its DataSource: so that is the
 * one thing that is replaced, on this object alone.
 */
export class AmbientDataSource {
  readonly #create: DataSource['createQueryRunner'];

  static of(dataSource: DataSource): AmbientDataSource {
    let ambient = known.get(dataSource);
    if (ambient === undefined) {
      ambient = new AmbientDataSource(dataSource);
      known.set(dataSource, ambient);
    }
    return ambient;
  }

  private constructor(private readonly dataSource: DataSource) {
    this.#create = dataSource.createQueryRunner.bind(dataSource);
    dataSource.createQueryRunner = (mode) => this.#ofTask() ?? this.#guarded(this.#create(mode));
  }

  /** @param timeout ms that a statement of ours may take; the handler's statements have no limit */
  async begin(isolation: IsolationLevel | null, timeout = ANSWER_TIMEOUT): Promise<TaskTransaction> {
    const runner = this.#create('master');
    const answered: Answered = (answer, givenUp) => answerOf(runner, answer, timeout, givenUp);
    try {
      await answered(runner.startTransaction(isolation ?? undefined));
    } catch (error) {
      await runner.release();
      throw error;
    }
    const loss = watch(runner);
    const query = oneAfterTheOther(runner, answered);
    const ends = endsOf(runner, query.last, answered, loss);
    keepOpen(runner);
    const open = ofQueryRunner(runner as never, undefined, query.ours);
    const check = (what: string) => {
      if (loss.error !== undefined) throw loss.error;
      open.check(what);
    };
    const records: TransactionSession = {
      query: async (text, values) => ({ rows: (await query.ours(text, [...values], true)).records }) as never,
    };
    return { ambient: { ...open, check, manager: runner.manager }, records, ...ends };
  }

  /** The runner of the task that asks; its `release` does nothing. */
  #ofTask(): QueryRunner | undefined {
    const transaction = currentTransaction.getStore();
    if (transaction?.database !== this.dataSource) return undefined;
    transaction.check('A query of a transactional task');
    return transaction.connection as QueryRunner;
  }

  /** A runner that a task finds elsewhere would take its query past the transaction. */
  #guarded(runner: QueryRunner): QueryRunner {
    const query = runner.query.bind(runner) as Query;
    const guarded: Query = (...args) =>
      currentTransaction.getStore()?.database === this.dataSource ? Promise.reject(new OutsideTransactionError()) : query(...args);
    runner.query = guarded as QueryRunner['query'];
    return runner;
  }
}

interface Loss {
  readonly error: Error | undefined;
  stop(): void;
}

/** The worker's ways to end the transaction: by the methods that the runner has now, before they are withheld from the handler. */
function endsOf(
  runner: QueryRunner,
  last: () => Promise<unknown>,
  answered: Answered,
  loss: Loss,
): Pick<TaskTransaction, 'commit' | 'rollBack'> {
  const [commit, rollBack, releaseRunner] = [runner.commitTransaction, runner.rollbackTransaction, runner.release].map((end) =>
    end.bind(runner),
  );
  const release = () => {
    loss.stop();
    return releaseRunner!();
  };
  return {
    async commit() {
      await last();
      if (depthOf(runner) > 1)
        throw new TransactionNotOpenError('Committing', 'a nested transaction is still open, since nobody awaits it');
      try {
        await answered(commit!());
      } finally {
        await release();
      }
    },
    async rollBack() {
      const lost = loss.error;
      let givenUp = false;
      try {
        while (runner.isTransactionActive) await answered(rollBack!(), () => (givenUp = true));
        return undefined;
      } catch (error) {
        // A query that the handler has left running delays the rollback: then it was this side that closed the connection.
        return givenUp ? lost : (loss.error ?? error);
      } finally {
        await release().catch(() => undefined);
      }
    },
  };
}

/** Keeps the error of a connection that breaks: TypeORM only tells that its runner was released. */
function watch(runner: QueryRunner): Loss {
  const { databaseConnection: client } = runner as unknown as { databaseConnection: EventEmitter };
  const onError = (error: Error) => void (loss.error = error);
  const loss: { error: Error | undefined; stop(): void } = { error: undefined, stop: () => client.off('error', onError) };
  client.on('error', onError);
  return loss;
}

/** Queries that a task makes at once share one connection, which takes them one by one; only `ours` have a time limit. */
function oneAfterTheOther(runner: QueryRunner, answered: Answered) {
  const query = runner.query.bind(runner) as Query;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (ask: () => Promise<unknown>): Promise<unknown> => {
    const answer = last.then(ask);
    last = answer.catch(() => undefined);
    return answer;
  };
  runner.query = ((...args: unknown[]) => inTurn(() => query(...args))) as QueryRunner['query'];
  return {
    last: () => last,
    ours: (...args: unknown[]) => inTurn(() => answered(query(...args))) as Promise<{ records: unknown[] }>,
  };
}

/** Closes the connection on a timeout: pending queries fail as if it were lost, and the pool removes it. */
async function answerOf<T>(runner: QueryRunner, answer: Promise<T>, timeout: number, givenUp?: () => void): Promise<T> {
  const timer = setTimeout(() => {
    givenUp?.();
    const { databaseConnection } = runner as unknown as { databaseConnection?: { connection?: { stream?: { destroy(): void } } } };
    databaseConnection?.connection?.stream?.destroy();
  }, timeout);
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
  }
}

/** The handler can end only nested transactions of the runner, and cannot release it. */
function keepOpen(runner: QueryRunner): void {
  const { commitTransaction, rollbackTransaction } = runner;
  const guard = (end: () => Promise<void>) => async () => {
    if (depthOf(runner) > 1) return end.call(runner);
    throw new TransactionNotOpenError('Ending the transaction of a transactional task', 'its worker does that, by how the task ends');
  };
  runner.commitTransaction = guard(commitTransaction);
  runner.rollbackTransaction = guard(rollbackTransaction);
  runner.release = async () => {};
}

function depthOf(runner: QueryRunner): number {
  return (runner as unknown as { transactionDepth: number }).transactionDepth;
}
