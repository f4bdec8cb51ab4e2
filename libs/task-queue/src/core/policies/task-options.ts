import { z } from 'zod';
import { NO_TAGS } from '../message/task-message.js';
import type { RetryDelay, TaskOptions } from '../ports/task/task-handler.js';
import type { PublishingOptions } from '../ports/task/declared-task.js';
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
import { checkSerializer } from './check-serializer.js';
import { flattenRetry } from './retry/retry-options.js';
import type { FlatTaskOptions, TaskOptionsInput } from './task-options-input.js';
import { refuseContradictions } from './task-option-rules.js';
import { areTags, TAGS } from './tags.js';
import { transactionalField } from './transactional-options.js';
import { resolveUnique } from './unique-options.js';

const schema = z.object({
  queue: nameField.optional().describe(nameField.description!),
  priority: priorityField.optional().describe(priorityField.description!),
  expires: optionalDuration(),
  serializer: nameField.optional().describe(nameField.description!),
  compression: compressionField.optional().describe(compressionField.description!),
  unique: z.custom<boolean | UniqueOptions>().optional(),
  tags: z.custom<readonly string[]>(areTags).optional().describe(TAGS),
  rateLimit: rateField.optional().describe(rateField.description!),
  maxRetries: countField.nullable().default(3).describe('a whole number that is not negative, or null for no limit'),
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

/** Options that a route can set. */
export const ROUTE_OPTIONS = [
  'queue',
  'priority',
  'expires',
  'serializer',
  'compression',
  'rateLimit',
] as const satisfies readonly (keyof TaskOptionsInput)[];

const routeSchema = schema.pick(
  Object.fromEntries(ROUTE_OPTIONS.map((name) => [name, true])) as Record<(typeof ROUTE_OPTIONS)[number], true>,
);

/** @throws UnknownOptionError · InvalidOptionError · UnknownSerializerError */
export function checkRouteOptions(options: object, where: string): void {
  const { serializer } = checkOptions(routeSchema, options, where);
  if (serializer !== undefined) checkSerializer(serializer, where);
}

/** Options that a producer needs; the others concern workers alone. */
export const PUBLISH_OPTIONS = [...ROUTE_OPTIONS, 'unique', 'tags'] as const satisfies readonly (keyof TaskOptionsInput)[];

export function publishingOptionsOf(options: FlatTaskOptions): PublishingOptions {
  return Object.fromEntries(PUBLISH_OPTIONS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])));
}

/** Options that only workers need. */
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

/** By default a `retry.delay` has neither maximum nor jitter; Celery's backoff has both. */
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
