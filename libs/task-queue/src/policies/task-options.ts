import { z } from 'zod';
import { InvalidOptionError } from '../errors/option-errors.js';
import type { Duration } from '../message/duration.js';
import type { ErrorClass, TaskOptions } from '../ports/task-handler.js';
import { checkOptions, countField, durationField, flagField, nameField, priorityField } from './check-options.js';

/** What `@Task` takes beside the name. Durations are ms or text. */
export interface TaskOptionsInput {
  /** queue of its calls; a queue named at the call wins */
  queue?: string;
  /** 0–9, higher first; default 5 */
  priority?: number;
  /** not to be run later than this after it was sent; it ends as REVOKED */
  expires?: Duration;
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
  /** default true: acknowledged after the run. false: before it, so that a crash loses it and nothing runs twice */
  acksLate?: boolean;
  /** aborts `ctx.signal` with SoftTimeLimitExceeded */
  softTimeLimit?: Duration;
  /** really ends the attempt; only pools that can (not async, not solo) */
  timeLimit?: Duration;
  /** default false: the outcome is stored */
  ignoreResult?: boolean;
  /** default false; true stores STARTED when a run begins */
  trackStarted?: boolean;
}

const errorClasses = z
  .array(z.custom<ErrorClass>((value) => typeof value === 'function'))
  .readonly()
  .describe('a list of error classes');

const schema = z.object({
  queue: nameField.optional().describe(nameField.description!),
  priority: priorityField.optional().describe(priorityField.description!),
  expires: optionalDuration(),
  maxRetries: countField.nullable().default(3).describe('a whole number that is not negative, or null for ever'),
  defaultRetryDelay: durationField().prefault('3m').describe(durationField().description!),
  autoretryFor: errorClasses.default([]).describe(errorClasses.description!),
  dontAutoretryFor: errorClasses.default([]).describe(errorClasses.description!),
  retryBackoff: z.union([z.boolean(), durationField()]).default(false).describe('true, false, or the first delay as a duration'),
  retryBackoffMax: durationField().prefault('10m').describe(durationField().description!),
  retryJitter: flagField.default(true).describe(flagField.description!),
  acksLate: flagField.default(true).describe(flagField.description!),
  softTimeLimit: optionalDuration(),
  timeLimit: optionalDuration(),
  ignoreResult: flagField.default(false).describe(flagField.description!),
  trackStarted: flagField.default(false).describe(flagField.description!),
});

export const TASK_OPTION_NAMES: readonly string[] = Object.keys(schema.shape);

/**
 * A task's options, checked and with every default.
 * @param where whose they are, for errors, such as "@Task 'blog.send' (PostTasks.send)"
 * @throws UnknownOptionError · InvalidOptionError
 */
export function resolveTaskOptions(input: TaskOptionsInput, where: string): TaskOptions {
  const checked = checkOptions(schema, input, where);
  if (checked.softTimeLimit !== undefined && checked.timeLimit !== undefined && checked.softTimeLimit > checked.timeLimit) {
    throw new InvalidOptionError('softTimeLimit', input.softTimeLimit, `no longer than timeLimit (${checked.timeLimit} ms) in ${where}`);
  }
  return Object.freeze({
    ...checked,
    queue: checked.queue ?? null,
    priority: checked.priority ?? null,
    expires: checked.expires ?? null,
    retryBackoff: checked.retryBackoff === true ? 1_000 : checked.retryBackoff === false ? null : checked.retryBackoff,
    softTimeLimit: checked.softTimeLimit ?? null,
    timeLimit: checked.timeLimit ?? null,
  });
}

function optionalDuration() {
  return durationField().optional().describe(durationField().description!);
}
