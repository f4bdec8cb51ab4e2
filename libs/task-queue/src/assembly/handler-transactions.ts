import { DriverMissingError } from '../core/errors/boot-errors.js';
import type { FindProvider } from './compose-transport.js';
import type { ClientOptions } from '../core/client/options/client-options.js';
import type { TaskHandler, TransactionsOf } from '../core/ports/task/task-handler.js';
import type { TaskTransactions, TransactionalPolicy } from '../core/ports/task/task-transactions.js';

/** The transactions of one queue instance's transactional handlers: those of one policy share them. */
export function handlerTransactions(find: FindProvider, { keyPrefix, recordRetention }: ClientOptions): TransactionsOf {
  const opened = new Map<string, TaskTransactions>();
  return ({ options: { transactional } }: TaskHandler) => {
    if (transactional === null) return undefined;
    const key = JSON.stringify([transactional.dataSource, transactional.isolation]);
    let transactions = opened.get(key);
    if (transactions === undefined) {
      transactions = new LateTransactions(find, transactional, keyPrefix, recordRetention);
      opened.set(key, transactions);
    }
    return transactions;
  };
}

/** Opens when it is first needed, so that TypeORM is loaded only where a task is transactional. */
class LateTransactions implements TaskTransactions {
  #opening: Promise<TaskTransactions> | undefined;

  constructor(
    private readonly provider: FindProvider,
    private readonly policy: TransactionalPolicy,
    private readonly schema: string,
    readonly retention: number,
  ) {}

  async check(concurrency: number): Promise<void> {
    await (await this.#open()).check(concurrency);
  }

  async run(...args: Parameters<TaskTransactions['run']>): ReturnType<TaskTransactions['run']> {
    return (await this.#open()).run(...args);
  }

  async find(id: string): ReturnType<TaskTransactions['find']> {
    return (await this.#open()).find(id);
  }

  async prune(): Promise<void> {
    await (await this.#open()).prune();
  }

  #open(): Promise<TaskTransactions> {
    this.#opening ??= this.#load();
    return this.#opening;
  }

  async #load(): Promise<TaskTransactions> {
    const { openTransactions } = await import('../database/transactions/open-transactions.js').catch((error: unknown) => {
      throw new DriverMissingError('@nestjs/typeorm', "A task with 'transactional'", error);
    });
    const { provider, policy, schema, retention } = this;
    return openTransactions(provider, { policy, schema, retention });
  }
}
