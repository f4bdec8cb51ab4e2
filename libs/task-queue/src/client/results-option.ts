import { z } from 'zod';
import type { Duration } from '../message/duration.js';
import type { TypeormDataSource } from '../ports/typeorm-data-source.js';
import { checkOptions, durationField, nameField } from '../policies/check-options.js';

/** Results in a database of the application, through TypeORM. */
export interface TypeormResultsInput {
  /** its DataSource, or the name under which TypeOrmModule provides it; default: the unnamed one */
  readonly typeorm?: string | TypeormDataSource;
  /** of the tables that `npx tasks migrate` makes; default: `keyPrefix` */
  readonly schema?: string;
  /** how long failed tasks are remembered, whatever becomes of their dead letters; default '30d' */
  readonly failedTaskExpires?: Duration;
}

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
export function resolveResults(input: string | TypeormResultsInput | undefined, where: string): string | TypeormResults | undefined {
  if (input === 'typeorm') return schema.parse({});
  return typeof input === 'object' ? checkOptions(schema, input, `'results' of ${where}`) : input;
}

export const resultsField = z
  .custom<string | TypeormResultsInput>(
    (value) => (typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null),
  )
  .optional()
  .describe("a URL, 'typeorm', or { typeorm: dataSource }");
