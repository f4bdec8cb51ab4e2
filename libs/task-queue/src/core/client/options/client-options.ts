import { z } from 'zod';
import { InvalidOptionError } from '../../errors/option-errors.js';
import type { Duration } from '../../message/duration.js';
import type { ContentOptions } from '../../message/content-options.js';
import { DEFAULT_QUEUE } from '../../message/task-message.js';
import { Annotations, type AnnotationsInput } from '../../policies/annotations.js';
import { checkOptions, countField, durationField, flagField, nameField, namesField, positiveField } from '../../options/check-options.js';

import { resolveOutboxOptions, type OutboxOptions, type OutboxOptionsInput } from './outbox-options.js';
import { resolveBeatOptions, type BeatOptions, type BeatOptionsInput } from '../../beat/beat-options.js';
import { contentFields, resolveContentOptions, type ContentOptionsInput } from './content-options.js';
import { maskPassword } from '../../policies/mask-password.js';
import { resolvePublishRetry, type PublishRetryInput } from '../../policies/retry/publish-retry.js';
import type { LoadableEngine } from '../../ports/broker/transport.js';
import type { DatabaseHandle, StoreAddress } from '../../ports/runtime/database-handle.js';
import { resolveResults, resultsField, type ResultsInput, type TypeormResults } from './results-option.js';
import type { Routes } from '../routing/routes.js';

/** Options of `TaskQueueModule.forRoot`. Durations are ms or text. */
export interface ClientOptionsInput extends ContentOptionsInput {
  /**
   * 'memory://' (default), 'redis://user:password@host:port/db', 'postgres://user:password@host:port/database', or the application's own
   * `Pool` of pg or `DataSource` of TypeORM
   */
  broker?: StoreAddress;
  /** where results are stored: an address like that of `broker`, or 'typeorm' for tables that can be searched; default: with the broker */
  results?: ResultsInput;
  /** where the members of joins are counted: an address like that of `broker`; default: with the broker */
  store?: StoreAddress;
  /** the store through which commands to workers and their answers travel: an address like that of `broker`; default: with the broker */
  control?: StoreAddress;
  /** where schedules are stored: a database of the application (the same as `beat.database`), or the address of the broker; default: with the broker */
  schedules?: StoreAddress;
  /** engines of other packages, or your own: addresses may have their schemes; they win over those of this package */
  engines?: readonly LoadableEngine[];
  /** begins every key, so that several applications share one server; on PostgreSQL the schema; default 'tq' */
  keyPrefix?: string;
  /** the queues that exist, beside the default one and those of tasks; any other name is refused. Absent: every name is accepted */
  queues?: readonly string[];
  /** default 'default' */
  defaultQueue?: string;
  /** how long a publish may take before it fails; default '5s' */
  publishTimeout?: Duration;
  /** how a failed publish is retried, within `publishTimeout`; default: 3 times within a second, as in Celery; false = not at all */
  publishRetry?: boolean | PublishRetryInput;
  /** the queue and other options of calls, by task; they override the options of the task, and the call overrides them */
  routes?: Routes;
  /** options of tasks by name or pattern, which override those of `@Task`; the same for producers and workers */
  annotations?: AnnotationsInput;
  /** how long results are kept; default '1d' */
  resultExpires?: Duration;
  /** results contain the call: task name, arguments, queue; default false */
  resultExtended?: boolean;
  /** results contain the ids of parent and child tasks, for `parent()`, `children()`, `collect()`; default false */
  trail?: boolean;
  /** how long ids that a caller chose are remembered after they finished; default '7d' */
  dedupRetention?: Duration;
  /** PostgreSQL database that stores tasks sent inside a transaction until a worker relays them; needed when the broker is in another store */
  outbox?: OutboxOptionsInput;
  /** how long the records of completed transactional tasks are kept; default '30d' */
  recordRetention?: Duration;
  /** how long the mark of a revoked id is kept when no worker settles it; default '1d' */
  revokesExpire?: Duration;
  /** maximum number of dead letters of a queue; the oldest are removed; default 10 000 */
  deadLetterLimit?: number;
  /** bytes of one encoded message; default 1 MB */
  maxPayloadBytes?: number;
  /** schedules of the code, and options of the scheduler; workers with `beat: true`, or `runBeat`, send them */
  beat?: BeatOptionsInput;
  /** run tasks inline instead of sending them; for tests */
  eager?: boolean;
  /** in eager mode, throw the task's error at the call; default false */
  eagerPropagates?: boolean;
  /** the driver's own options (TLS, Sentinel, size of the pool, …); on PostgreSQL `polling` and `migrate` too */
  connection?: Readonly<Record<string, unknown>>;
  /** the driver's options for a separate `results` address; default: `connection` if both have the same engine */
  resultsConnection?: Readonly<Record<string, unknown>>;
}

const addressField = z
  .custom<StoreAddress>((value) => (typeof value === 'string' ? value !== '' : typeof value === 'object' && value !== null))
  .describe("a URL such as 'memory://', 'redis://localhost:6379' or 'postgres://localhost/app', a Pool of pg or a DataSource of TypeORM");

const enginesField = z
  .array(z.custom<LoadableEngine>((value) => Array.isArray((value as Partial<LoadableEngine> | null)?.schemes)))
  .readonly()
  .describe('a list of engines');

const driverField = z.record(z.string(), z.unknown()).readonly().describe("an object of the driver's options");

const schema = z.object({
  broker: addressField.default('memory://').describe(addressField.description!),
  results: resultsField,
  store: addressField.optional().describe(addressField.description!),
  control: addressField.optional().describe(addressField.description!),
  schedules: addressField.optional().describe(addressField.description!),
  engines: enginesField.default([]).describe(enginesField.description!),
  keyPrefix: nameField.default('tq').describe(nameField.description!),
  queues: namesField.optional().describe(namesField.description!),
  defaultQueue: nameField.default(DEFAULT_QUEUE).describe(nameField.description!),
  publishTimeout: duration('5s'),
  publishRetry: z
    .custom<boolean | PublishRetryInput>()
    .default(true)
    .transform(resolvePublishRetry)
    .describe('true, false, or { maxRetries, intervalStart, intervalStep, intervalMax }'),
  routes: z.custom<Routes>().optional(),
  annotations: z
    .custom<AnnotationsInput>()
    .optional()
    .transform((table) => Annotations.read(table, "'annotations' of TaskQueueModule.forRoot") ?? null),
  resultExpires: duration('1d'),
  resultExtended: flagField.default(false).describe(flagField.description!),
  trail: flagField.default(false).describe(flagField.description!),
  dedupRetention: duration('7d'),
  outbox: z
    .custom<OutboxOptionsInput>((value) => typeof value === 'object' && value !== null)
    .optional()
    .describe('an object with the database: { database: dataSource }'),
  recordRetention: duration('30d'),
  revokesExpire: duration('1d'),
  deadLetterLimit: countField.default(10_000).describe(countField.description!),
  maxPayloadBytes: positiveField.default(1_000_000).describe(positiveField.description!),
  ...contentFields,
  beat: z
    .custom<BeatOptionsInput>((value) => typeof value === 'object' && value !== null)
    .optional()
    .describe('an object such as { schedule, timezone }'),
  eager: flagField.default(false).describe(flagField.description!),
  eagerPropagates: flagField.default(false).describe(flagField.description!),
  connection: driverField.default({}).describe(driverField.description!),
  resultsConnection: driverField.optional().describe(driverField.description!),
});

export type ClientOptions = Readonly<
  Omit<z.output<typeof schema>, keyof ContentOptions | 'results' | 'schedules' | 'outbox' | 'beat'> &
    ContentOptions & {
      readonly results: StoreAddress | TypeormResults | undefined;
      /** the application's database; undefined = with the broker */
      readonly schedules: DatabaseHandle | undefined;
      readonly outbox: OutboxOptions | null;
      readonly beat: BeatOptions;
    }
>;
export const CLIENT_OPTION_NAMES: readonly string[] = Object.keys(schema.shape);

/** @throws UnknownOptionError · InvalidOptionError · UnknownSerializerError */
export function resolveClientOptions(input: ClientOptionsInput, where = 'TaskQueueModule.forRoot'): ClientOptions {
  const checked = checkOptions(schema, input, where);
  const outbox = checked.outbox === undefined ? null : resolveOutboxOptions(checked.outbox, checked.dedupRetention);
  const results = resolveResults(checked.results, where);
  const beat = resolveBeatOptions(checked.beat);
  const schedules = resolveSchedules(checked, beat);
  return Object.freeze({ ...checked, results, schedules, outbox, beat, ...resolveContentOptions(checked, where) });
}

/** The run of a schedule is sent in the step that takes its turn, so schedules are in the broker's store or in a database with an outbox. */
function resolveSchedules(
  { broker, schedules }: Pick<z.output<typeof schema>, 'broker' | 'schedules'>,
  { database }: BeatOptions,
): DatabaseHandle | undefined {
  if (schedules === undefined || schedules === broker) return database;
  if (database !== undefined)
    throw new InvalidOptionError('schedules', '[given]', "left out when 'beat.database' is set, which means the same");
  if (typeof schedules !== 'string') return schedules;
  const expected = 'the same as broker, a Pool of pg or a DataSource of TypeORM';
  throw new InvalidOptionError('schedules', maskPassword(schedules), expected);
}

function duration(standard: string) {
  return durationField().prefault(standard).describe(durationField().description!);
}
