import { z } from 'zod';
import { InvalidOptionError } from '../errors/option-errors.js';
import type { Duration } from '../message/duration.js';
import { checkOptions, durationField, flagField, nameField } from '../options/check-options.js';
import { checkTimezone } from '../schedules/timezones.js';
import type { DatabaseHandle } from '../ports/runtime/database-handle.js';
import type { ScheduleSettings } from './schedule-settings.js';

/** The options of `TaskQueueModule.forRoot({ beat })`. */
export interface BeatOptionsInput {
  /** schedules by name, beside those of `@Periodic` */
  schedule?: Readonly<Record<string, ScheduleSettings>>;
  /** time zone of schedules that set none; default UTC */
  timezone?: string;
  /** owner of the code's schedules; those of other owners are not changed; default 'default'. For applications that share a broker */
  owner?: string;
  /** keeps schedules in the application's PostgreSQL, in the schema `keyPrefix`; default: with the broker. With another broker it needs `outbox` */
  database?: DatabaseHandle;
  /** how often beat looks for edited schedules; default '1s' */
  pollInterval?: Duration;
  /** default true: schedules of tasks that this application does not have are marked as broken; false: they are sent */
  knownTasksOnly?: boolean;
}

const schema = z.object({
  schedule: z
    .record(
      z.string().min(1),
      z.custom<ScheduleSettings>((value) => typeof value === 'object' && value !== null),
    )
    .default({})
    .describe('an object of schedules by their names'),
  timezone: z.string().default('UTC').describe("the name of a zone, such as 'Asia/Ho_Chi_Minh'"),
  owner: nameField.default('default').describe(nameField.description!),
  database: z
    .custom<DatabaseHandle>((value) => typeof value === 'object' && value !== null && ('driver' in value || 'totalCount' in value))
    .optional()
    .describe('a DataSource of TypeORM or a Pool of pg'),
  pollInterval: durationField().prefault('1s').describe(durationField().description!),
  knownTasksOnly: flagField.default(true).describe(flagField.description!),
});

export type BeatOptions = Readonly<z.output<typeof schema>>;

/** With a longer interval, edits would take effect later than promised. */
const LONGEST_POLL = 1_000;

/** @throws UnknownOptionError · InvalidOptionError · UnknownTimezoneError */
export function resolveBeatOptions(input: BeatOptionsInput = {}): BeatOptions {
  const options = checkOptions(schema, input, "'beat' of TaskQueueModule.forRoot");
  if (options.pollInterval > LONGEST_POLL || options.pollInterval < 10) {
    throw new InvalidOptionError(
      'pollInterval',
      input.pollInterval,
      `between 10 and ${LONGEST_POLL} ms, so that edits take effect in time`,
    );
  }
  return Object.freeze({ ...options, timezone: checkTimezone(options.timezone) });
}
