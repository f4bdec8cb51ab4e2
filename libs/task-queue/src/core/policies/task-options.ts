import { z } from 'zod';
import type { CompressionName, SerializerName } from '../message/content-options.js';
import type { Duration } from '../message/duration.js';
import { NO_TAGS } from '../message/task-message.js';
import type { ErrorClass, RetryDelay, TaskOptions } from '../ports/task/task-handler.js';
import type { UniqueOptions } from '../ports/task/unique-options.js';
import {
  checkOptions,
  compressionField,
  countField,
  durationField,
  errorClassesField,
  flagField,
  nameField,
  positiveField,
  priorityField,
  rateField,
} from '../options/check-options.js';
import type { Rate } from '../options/rate.js';
import { checkSerializer } from './check-serializer.js';
import { flattenRetry, type FlatTaskOptions, type RetryPolicyInput } from './retry/retry-options.js';
import { refuseContradictions } from './task-option-rules.js';
import { areTags, TAGS } from './tags.js';
import { transactionalField, type TransactionalOptions } from './transactional-options.js';
import { resolveUnique } from './unique-options.js';

/** What `@Task` takes beside the name. Durations are ms or text. */
export interface TaskOptionsInput {
  /** queue of its calls; a queue named at the call wins */
  queue?: string;
  /** 0–9, higher first; default 5 */
  priority?: number;
  /** not to be run later than this after it was sent; it ends as REVOKED */
  expires?: Duration;
  /** how its arguments and results are written; default: as TaskQueueModule says. It must be in `acceptContent` */
  serializer?: SerializerName;
  /** 'gzip', 'brotli' or 'none'; default: as TaskQueueModule says */
  compression?: CompressionName;
  /** one call with the same arguments (or key) at a time: true, or how; a call can say otherwise */
  unique?: boolean | UniqueOptions;
  /** words that its results are found by, where results are searched; a call adds its own */
  tags?: readonly string[];
  /** how often it is run at most, by all workers together: '10/s', '100/m', '100/h', or a number a second; default: no limit */
  rateLimit?: Rate;
  /** default 3; null = for ever */
  maxRetries?: number | null;
  /** default '3m' */
  defaultRetryDelay?: Duration;
  /** errors after which the task is run again by itself */
  autoretryFor?: readonly ErrorClass[];
  /** exceptions to `autoretryFor` */
  dontAutoretryFor?: readonly ErrorClass[];
  /** exponential delays for `autoretryFor`: true = from one second, or the first step */
  retryBackoff?: boolean | Duration;
  /** default '10m' */
  retryBackoffMax?: Duration;
  /** default true: a random delay between 0 and the computed one */
  retryJitter?: boolean;
  /** the same in one object, with delays that depend on the error; what is said here is not said under Celery's names, too */
  retry?: RetryPolicyInput;
  /** errors that are to be expected: stored as FAILURE like any other, but logged without alarm and not reported */
  throws?: readonly ErrorClass[];
  /**
   * Runs it in a transaction of its DataSource, with all that it does there and sends, and records in it that it has run: its
   * effects happen once, however often it is delivered. PostgreSQL only
   */
  transactional?: boolean | TransactionalOptions;
  /** default true: acknowledged after the run. false: before it, so that a crash loses it and nothing runs twice */
  acksLate?: boolean;
  /** default true. false: a failure without a retry left goes back to the queue, until `maxDeliveries` */
  acksOnFailure?: boolean;
  /** default true. false: the same for an attempt that a time limit ended */
  acksOnTimeout?: boolean;
  /** default true: run again when its worker is lost. false: it then fails */
  rejectOnWorkerLost?: boolean;
  /** how many lost workers (and rejections) end it; default: the worker's `maxDeliveries` */
  maxDeliveries?: number;
  /** aborts `ctx.signal` with SoftTimeLimitExceeded */
  softTimeLimit?: Duration;
  /** really ends the attempt; only pools that can (not async, not solo) */
  timeLimit?: Duration;
  /** how long its results are kept; default: the queue's `resultExpires` */
  resultExpires?: Duration;
  /** default false: the outcome is stored */
  ignoreResult?: boolean;
  /** default false. true: errors are stored although results are ignored */
  storeErrorsEvenIfIgnored?: boolean;
  /** default false; true stores STARTED when a run begins */
  trackStarted?: boolean;
  /** what `onTaskError` does not get to see of the arguments: true = all, or positions and, of named ones, names */
  redactArgs?: boolean | readonly (number | string)[];
}

const schema = z.object({
  queue: nameField.optional().describe(nameField.description!),
  priority: priorityField.optional().describe(priorityField.description!),
  expires: optionalDuration(),
  serializer: nameField.optional().describe(nameField.description!),
  compression: compressionField.optional().describe(compressionField.description!),
  unique: z.custom<boolean | UniqueOptions>().optional(),
  tags: z.custom<readonly string[]>(areTags).optional().describe(TAGS),
  rateLimit: rateField.optional().describe(rateField.description!),
  maxRetries: countField.nullable().default(3).describe('a whole number that is not negative, or null for ever'),
  defaultRetryDelay: durationField().prefault('3m').describe(durationField().description!),
  autoretryFor: errorClassesField.default([]).describe(errorClassesField.description!),
  dontAutoretryFor: errorClassesField.default([]).describe(errorClassesField.description!),
  retryBackoff: z
    .union([z.boolean(), durationField(), z.custom<RetryDelay>((value) => typeof value === 'function')])
    .default(false)
    .describe('true, false, or the first delay as a duration'),
  retryBackoffMax: optionalDuration(),
  retryJitter: flagField.optional().describe(flagField.description!),
  retry: z.undefined().optional(),
  throws: errorClassesField.default([]).describe(errorClassesField.description!),
  transactional: transactionalField.default(null).describe(transactionalField.description!),
  acksLate: flagField.default(true).describe(flagField.description!),
  acksOnFailure: flagField.default(true).describe(flagField.description!),
  acksOnTimeout: flagField.default(true).describe(flagField.description!),
  rejectOnWorkerLost: flagField.default(true).describe(flagField.description!),
  maxDeliveries: positiveField.optional().describe(positiveField.description!),
  softTimeLimit: optionalDuration(),
  timeLimit: optionalDuration(),
  resultExpires: optionalDuration(),
  ignoreResult: flagField.default(false).describe(flagField.description!),
  storeErrorsEvenIfIgnored: flagField.default(false).describe(flagField.description!),
  trackStarted: flagField.default(false).describe(flagField.description!),
  redactArgs: z
    .union([z.boolean(), z.array(z.union([countField, nameField])).readonly()])
    .default(false)
    .describe('true, or a list of positions (from 0) and of names'),
});

/** What a route can decide. */
export const ROUTE_OPTIONS = [
  'queue',
  'priority',
  'expires',
  'serializer',
  'compression',
  'rateLimit',
] as const satisfies readonly (keyof TaskOptionsInput)[];

/** What a producer must know without running anything; the rest concerns workers alone. */
export const PUBLISH_OPTIONS = [...ROUTE_OPTIONS, 'unique', 'tags'] as const satisfies readonly (keyof TaskOptionsInput)[];

/** What workers alone need to know of a task. */
export type WorkerTaskOptions = Omit<TaskOptionsInput, (typeof PUBLISH_OPTIONS)[number]>;

export type CheckedTaskOptions = z.output<typeof schema>;

export const TASK_OPTION_NAMES: readonly string[] = Object.keys(schema.shape);

const DEFAULT_BACKOFF = 1_000;
const DEFAULT_BACKOFF_MAX = 600_000;

/**
 * A task's options, checked and with every default.
 * @param where whose they are, for errors, such as "@Task 'blog.send' (PostTasks.send)"
 * @throws UnknownOptionError · InvalidOptionError · UnknownSerializerError
 */
export function resolveTaskOptions(input: TaskOptionsInput | FlatTaskOptions, where: string): TaskOptions {
  const flat = flattenRetry(input as TaskOptionsInput, where);
  const { retry: _, rejectOnWorkerLost, retryBackoff, ...checked } = checkOptions(schema, flat, where);
  const unique = resolveUnique(checked.unique ?? false, where);
  refuseContradictions(flat, { ...checked, unique, rejectOnWorkerLost }, where);
  return Object.freeze({
    ...checked,
    queue: checked.queue ?? null,
    priority: checked.priority ?? null,
    expires: checked.expires ?? null,
    serializer: checked.serializer === undefined ? null : checkSerializer(checked.serializer, where),
    compression: checked.compression ?? null,
    unique,
    tags: checked.tags ?? NO_TAGS,
    rateLimit: checked.rateLimit ?? null,
    ...resolveDelays(retryBackoff, checked.retryBackoffMax, checked.retryJitter),
    maxDeliveries: rejectOnWorkerLost ? (checked.maxDeliveries ?? null) : 1,
    resultExpires: checked.resultExpires ?? null,
    softTimeLimit: checked.softTimeLimit ?? null,
    timeLimit: checked.timeLimit ?? null,
  });
}

/** A delay of the task's own is taken as it is, unless told otherwise; Celery's backoff has a bound and jitter. */
function resolveDelays(backoff: CheckedTaskOptions['retryBackoff'], max: number | undefined, jitter: boolean | undefined) {
  if (typeof backoff === 'function') {
    return { retryBackoff: null, retryDelay: backoff, retryBackoffMax: max ?? Infinity, retryJitter: jitter ?? false };
  }
  const first = backoff === true ? DEFAULT_BACKOFF : backoff === false ? null : backoff;
  return { retryBackoff: first, retryDelay: null, retryBackoffMax: max ?? DEFAULT_BACKOFF_MAX, retryJitter: jitter ?? true };
}

function optionalDuration() {
  return durationField().optional().describe(durationField().description!);
}
