import { z } from 'zod';
import { InvalidOptionError } from '../../errors/option-errors.js';
import type { Duration } from '../../message/duration.js';
import { checkOptions, durationField, flagField } from '../../options/check-options.js';
import { isDataSource, type DatabaseHandle } from '../../ports/runtime/database-handle.js';

/** Where tasks wait that are sent within a transaction, until a worker relays them to the broker. */
export interface OutboxOptionsInput {
  /** the application's PostgreSQL, as it is open already: a TypeORM DataSource or a pg Pool */
  database: DatabaseHandle;
  /** default true: this application's workers publish what waits */
  relay?: boolean;
  /** how often is looked for what no notification has told of; default '1s' */
  pollInterval?: Duration;
  /** how long a row may wait before that is an error in the log, at most `dedupRetention`; default '1d' */
  lagLimit?: Duration;
}

const schema = z.object({
  database: z
    .custom<DatabaseHandle>((value) => typeof value === 'object' && value !== null && (isDataSource(value) || 'totalCount' in value))
    .describe('a DataSource of TypeORM or a Pool of pg'),
  relay: flagField.default(true).describe(flagField.description!),
  pollInterval: durationField().prefault('1s').describe(durationField().description!),
  lagLimit: durationField().prefault('1d').describe(durationField().description!),
});

export type OutboxOptions = Readonly<z.output<typeof schema>>;

/**
 * @param dedupRetention ms that the broker remembers ids
 * @throws UnknownOptionError · InvalidOptionError
 */
export function resolveOutboxOptions(input: OutboxOptionsInput, dedupRetention: number): OutboxOptions {
  const options = checkOptions(schema, input, "'outbox' of TaskQueueModule.forRoot");
  if (options.lagLimit > dedupRetention) {
    const what = `no longer than dedupRetention (${dedupRetention} ms): what is relayed again after that would run twice`;
    throw new InvalidOptionError('lagLimit', input.lagLimit, what);
  }
  return Object.freeze(options);
}
