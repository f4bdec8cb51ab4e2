import { z } from 'zod';
import type { Duration } from '../../message/duration.js';
import type { DatabaseHandle, StoreAddress } from '../../ports/runtime/database-handle.js';
import type { TypeormDataSource } from '../../ports/runtime/typeorm-data-source.js';
import { checkOptions, durationField, nameField } from '../../options/check-options.js';

/** Results in a database of the application, through TypeORM. */
export interface TypeormResultsInput {
  /** its DataSource, or the name under which TypeOrmModule provides it; default: the unnamed one */
  readonly typeorm?: string | TypeormDataSource;
  /** schema of the tables that `npx tasks migrate` creates; default: `keyPrefix` */
  readonly schema?: string;
  /** how long failed tasks are kept, independent of their dead letters; default '30d' */
  readonly failedTaskExpires?: Duration;
}

/** A store's address, or tables of the application's database that can be searched. */
export type ResultsInput = StoreAddress | 'typeorm' | TypeormResultsInput;

const schema = z.object({
  typeorm: z
    .union([nameField, z.custom<TypeormDataSource>((value) => typeof (value as TypeormDataSource | null)?.query === 'function')])
    .default('default')
    .describe('a DataSource, or the name of one'),
  schema: nameField.optional().describe(nameField.description!),
  failedTaskExpires: durationField().prefault('30d').describe(durationField().description!),
});

export type TypeormResults = z.output<typeof schema>;

/** @throws UnknownOptionError · InvalidOptionError */
export function resolveResults(input: ResultsInput | undefined, where: string): StoreAddress | TypeormResults | undefined {
  if (input === 'typeorm') return schema.parse({});
  return typeof input !== 'object' || isHandle(input) ? input : checkOptions(schema, input, `'results' of ${where}`);
}

/** Whether results are kept in tables of their own, rather than in a transport's store. */
export function areTypeormResults(results: StoreAddress | TypeormResults): results is TypeormResults {
  return typeof results === 'object' && !isHandle(results);
}

/** A pool or a DataSource has `options`; the object of this option has not. */
function isHandle(input: DatabaseHandle | TypeormResultsInput): input is DatabaseHandle {
  return typeof (input as Partial<DatabaseHandle>).options === 'object';
}

export const resultsField = z
  .custom<ResultsInput>((value) => (typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null))
  .optional()
  .describe("a URL, 'typeorm', { typeorm: dataSource }, a Pool of pg or a DataSource of TypeORM");
