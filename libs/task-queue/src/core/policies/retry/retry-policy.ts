import { toMilliseconds } from '../../message/duration.js';
import type { ErrorClass, TaskOptions } from '../../ports/task/task-handler.js';

/**
 * Whether an error that a handler threw is one after which the task runs again by itself.
 */
export function isRetryable(error: unknown, options: TaskOptions): boolean {
  return isOneOf(error, options.autoretryFor) && !isOneOf(error, options.dontAutoretryFor);
}

export function isOneOf(error: unknown, classes: readonly ErrorClass[]): boolean {
  return classes.some((type) => error instanceof type);
}

/** @param maxRetries null = no limit */
export function hasRetryLeft(retries: number, maxRetries: number | null): boolean {
  return maxRetries === null || retries < maxRetries;
}

/**
 * The delay in ms before the next attempt after an automatic retry: what the task's `retry.delay` says, else Celery's
 * formula `retryBackoff × 2^retries`; at most `retryBackoffMax`, and with jitter a random whole number from 0 to it.
 * @param retries attempts already retried: 0 after the first one failed
 * @param random in [0, 1)
 * @throws what `retry.delay` throws · InvalidOptionError when its answer is no duration
 */
export function retryDelay(options: TaskOptions, retries: number, error?: unknown, random: () => number = Math.random): number {
  if (options.retryDelay === null && options.retryBackoff === null) return options.defaultRetryDelay;
  const step =
    options.retryDelay === null
      ? options.retryBackoff! * 2 ** Math.min(retries, 60)
      : toMilliseconds(options.retryDelay(error, retries), 'retry.delay');
  const delay = Math.min(options.retryBackoffMax, step);
  return options.retryJitter ? Math.floor(random() * (delay + 1)) : delay;
}
