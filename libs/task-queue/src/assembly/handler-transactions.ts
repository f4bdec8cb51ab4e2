import { DriverMissingError } from '../core/errors/boot-errors.js';
import type { ClientOptions } from '../core/client/options/client-options.js';
import type { TaskHandler, TransactionsOf } from '../core/ports/task/task-handler.js';
import type { TaskTransactions, TransactionalPolicy } from '../core/ports/task/task-transactions.js';
import type { FindProvider } from './compose-transport.js';

/** The transactions of a queue instance's transactional handlers. Handlers with the same policy share them. */
export function handlerTransactions(find: FindProvider, options: ClientOptions): TransactionsOf {
  const opened = new Map<string, TaskTransactions>();
  return ({ options: { transactional } }: TaskHandler) => {
    if (transactional === null) return undefined;
    const key = JSON.stringify([transactional.dataSource, transactional.isolation]);
    let transactions = opened.get(key);
    if (transactions === undefined) {
      transactions = openLate(find, transactional, options);
      opened.set(key, transactions);
    }
    return transactions;
  };
}

/** Opens on first use, so that TypeORM is loaded only for transactional tasks. */
function openLate(find: FindProvider, policy: TransactionalPolicy, { keyPrefix, recordRetention }: ClientOptions): TaskTransactions {
  let opening: Promise<TaskTransactions> | undefined;
  const open = async (): Promise<TaskTransactions> => {
    const { openTransactions } = await import('../database/transactions/open-transactions.js').catch((error: unknown) => {
      throw new DriverMissingError('@nestjs/typeorm', "A task with 'transactional'", error);
    });
    return openTransactions(find, { policy, schema: keyPrefix, retention: recordRetention });
  };
  const opened = () => (opening ??= open());
  return {
    retention: recordRetention,
    check: async (concurrency) => (await opened()).check(concurrency),
    run: async (...args) => (await opened()).run(...args),
    find: async (id) => (await opened()).find(id),
    prune: async () => (await opened()).prune(),
  };
}
