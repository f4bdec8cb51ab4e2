import type { TypeormDataSource } from '../../core/ports/runtime/typeorm-data-source.js';
import { DriverMissingError } from '../../core/errors/boot-errors.js';
import { InvalidOptionError } from '../../core/errors/option-errors.js';
import { type CheckSchema, ResultDatabase, type TypeormResultOptions } from './result-database.js';
import { TypeormResultBackend } from './typeorm-result-backend.js';

export interface ResultPlace {
  /** a DataSource, or the name of a provided one */
  readonly typeorm: string | TypeormDataSource;
  readonly schema: string;
  /** finds a provider of the application; called when the results connect */
  find(token: string | Function): unknown;
  readonly checkSchema: CheckSchema;
}

/**
 * Results in the application's database, not yet connected.
 * @throws DriverMissingError · InvalidOptionError
 */
export async function openTypeormResults(
  { typeorm, schema, find, checkSchema }: ResultPlace,
  options: TypeormResultOptions,
): Promise<TypeormResultBackend> {
  const source = typeof typeorm === 'string' ? await provided(typeorm, find) : () => typeorm;
  return new TypeormResultBackend(new ResultDatabase(source, schema, checkSchema, options.clock), options);
}

async function provided(name: string, find: ResultPlace['find']): Promise<() => TypeormDataSource> {
  const token = await tokenOf(name);
  return () => {
    try {
      return find(token) as TypeormDataSource;
    } catch {
      throw new InvalidOptionError(
        'results.typeorm',
        name,
        'the name of a DataSource that TypeOrmModule.forRoot provides, or a DataSource',
      );
    }
  };
}

async function tokenOf(name: string): Promise<string | Function> {
  try {
    const { getDataSourceToken } = await import('@nestjs/typeorm');
    return getDataSourceToken(name) as string | Function;
  } catch (error) {
    throw new DriverMissingError('@nestjs/typeorm', "results: 'typeorm'", error);
  }
}
