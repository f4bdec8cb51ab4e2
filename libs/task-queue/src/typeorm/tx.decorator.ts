import { createParamDecorator } from '@nestjs/common';
import { TransactionNotOpenError } from '../core/errors/transaction-errors.js';
import { currentTransaction } from '../core/ports/task/current-transaction.js';

/**
 * Injects the EntityManager of a transactional task's transaction. The parameter's type is `Injected<EntityManager>`.
 * Injected repositories use the same transaction, so most tasks do not need it.
 * @example async transfer(from: string, to: string, amount: number, @Tx() manager: Injected<EntityManager>) {}
 */
export const Tx: () => ParameterDecorator = createParamDecorator(() => {
  const transaction = currentTransaction.getStore();
  if (transaction === undefined) throw new TransactionNotOpenError('@Tx()', "the task is not 'transactional'");
  return transaction.manager;
});
