import { z } from 'zod';
import { InvalidOptionError } from '../../errors/option-errors.js';
import type { Duration } from '../../message/duration.js';
import { checkOptions, durationField, flagField } from '../../options/check-options.js';
import { isDataSource, type DatabaseHandle } from '../../ports/runtime/database-handle.js';

/** Stores tasks that are sent inside a transaction until a worker relays them to the broker. */
export interface OutboxOptionsInput {
  /** the open connection to the application's PostgreSQL: a TypeORM DataSource or a pg Pool */
  database: DatabaseHandle;
  /** default true: this application's workers publish the stored tasks */
  relay?: boolean;
  /** interval of polling for rows whose notification was missed; default '1s' */
  pollInterval?: Duration;
  /** a row that waits longer is logged as an error; at most `dedupRetention`; default '1d' */
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
    const what = `no longer than dedupRetention (${dedupRetention} ms): a task that is relayed again after that would run twice`;
    throw new InvalidOptionError('lagLimit', input.lagLimit, what);
  }
  return Object.freeze(options);
}
