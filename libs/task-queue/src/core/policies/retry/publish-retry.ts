import { z } from 'zod';
import { InvalidOptionError } from '../../errors/option-errors.js';
import type { Duration } from '../../message/duration.js';
import { checkOptions, countField, durationField } from '../../options/check-options.js';

/** How a publish that failed is tried again. All tries together take no longer than `publishTimeout`. */
export interface PublishRetryInput {
  /** tries after the first one; default 3; null = until `publishTimeout` */
  maxRetries?: number | null;
  /** before the first of them; default 0 */
  intervalStart?: Duration;
  /** added before each further one; default '0.2s' */
  intervalStep?: Duration;
  /** the longest pause between two; default '1s' */
  intervalMax?: Duration;
}

const schema = z.object({
  maxRetries: countField.nullable().default(3).describe(`${countField.description!}, or null for as many as publishTimeout allows`),
  intervalStart: duration(0),
  intervalStep: duration(200),
  intervalMax: duration(1_000),
});

/** In ms. */
export type PublishRetry = Readonly<z.output<typeof schema>>;

const resolved = new WeakMap<object, PublishRetry>();
const STANDARD = Object.freeze(checkOptions(schema, {}, 'publishRetry'));

/**
 * @param input true = Celery's defaults, false = not at all
 * @returns null = not at all
 * @throws UnknownOptionError · InvalidOptionError
 */
export function resolvePublishRetry(input: boolean | PublishRetryInput): PublishRetry | null {
  if (typeof input === 'boolean') return input ? STANDARD : null;
  if (typeof input !== 'object' || input === null) throw new InvalidOptionError('publishRetry', input, 'true, false, or an object');
  let retry = resolved.get(input);
  if (retry === undefined) {
    retry = Object.freeze(checkOptions(schema, input, 'publishRetry'));
    resolved.set(input, retry);
  }
  return retry;
}

/** ms before a try, counted from 1; null = no further one. */
export function pauseBefore(retry: PublishRetry, attempt: number): number | null {
  if (retry.maxRetries !== null && attempt > retry.maxRetries) return null;
  return Math.min(retry.intervalMax, retry.intervalStart + (attempt - 1) * retry.intervalStep);
}

function duration(standard: number) {
  return durationField().prefault(standard).describe(durationField().description!);
}
