import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { TypeOrmTransactions, type TypeOrmTransactionsOptions } from './typeorm-transactions.js';

/**
 * The transactions of a DataSource that the application provides.
 * @throws DatabaseUnsupportedError · Nest's error where there is no such DataSource
 */
export function openTransactions(
  find: (token: string | Function) => unknown,
  options: Omit<TypeOrmTransactionsOptions, 'dataSource'>,
): TypeOrmTransactions {
  const token = getDataSourceToken(options.policy.dataSource ?? undefined);
  return new TypeOrmTransactions({ ...options, dataSource: find(token as string | Function) as DataSource });
}
