import type { ErrorClass, TaskOptions } from '../ports/task-handler.js';

/**
 * Whether an error that a handler threw is one after which the task runs again by itself.
 */
export function isRetryable(error: unknown, options: TaskOptions): boolean {
  return matches(error, options.autoretryFor) && !matches(error, options.dontAutoretryFor);
}

function matches(error: unknown, classes: readonly ErrorClass[]): boolean {
  return classes.some((type) => error instanceof type);
}

/** @param maxRetries null = for ever */
export function hasRetryLeft(retries: number, maxRetries: number | null): boolean {
  return maxRetries === null || retries < maxRetries;
}

/**
 * The delay in ms before the next attempt after an automatic retry. Celery's formula:
 * `min(retryBackoffMax, retryBackoff × 2^retries)`, with full jitter a random whole number from 0 to it.
 * @param retries attempts already retried: 0 after the first one failed
 * @param random in [0, 1)
 */
export function retryDelay(options: TaskOptions, retries: number, random: () => number = Math.random): number {
  if (options.retryBackoff === null) return options.defaultRetryDelay;
  const delay = Math.min(options.retryBackoffMax, options.retryBackoff * 2 ** Math.min(retries, 60));
  return options.retryJitter ? Math.floor(random() * (delay + 1)) : delay;
}
