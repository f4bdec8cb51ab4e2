import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { InvalidOptionError } from '../../core/errors/option-errors.js';
import { TypeOrmTransactions, type TypeOrmTransactionsOptions } from './typeorm-transactions.js';

/**
 * The transactions of a DataSource that the application provides.
 * @throws InvalidOptionError there is no such DataSource · DatabaseUnsupportedError
 */
export function openTransactions(
  find: (token: string | Function) => unknown,
  options: Omit<TypeOrmTransactionsOptions, 'dataSource'>,
): TypeOrmTransactions {
  return new TypeOrmTransactions({ ...options, dataSource: dataSourceOf(find, options.policy.dataSource) });
}

/** @param name null = the one without a name */
function dataSourceOf(find: (token: string | Function) => unknown, name: string | null): DataSource {
  const token = getDataSourceToken(name ?? undefined) as string | Function;
  try {
    return find(token) as DataSource;
  } catch {
    const missing = name === null ? 'without a name' : `of the name '${name}'`;
    throw new InvalidOptionError(
      'transactional',
      name === null ? true : { dataSource: name },
      `about a DataSource of the application, and there is none ${missing}: import TypeOrmModule.forRoot, or name another by { dataSource: '…' }`,
    );
  }
}
