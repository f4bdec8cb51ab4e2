import { z } from 'zod';
import { InvalidOptionError } from '../../errors/option-errors.js';
import { toMilliseconds } from '../../message/duration.js';
import type { RetryDelay } from '../../ports/task/task-handler.js';
import { checkOptions, durationField, errorClassesField, flagField } from '../../options/check-options.js';
import type { FlatTaskOptions, RetryPolicyInput, TaskOptionsInput } from '../task-options-input.js';

const schema = z.object({
  on: errorClassesField.optional().describe(errorClassesField.description!),
  notOn: errorClassesField.optional().describe(errorClassesField.description!),
  delay: z
    .union([
      z.custom<RetryDelay>((value) => typeof value === 'function'),
      durationField().transform(
        (ms): RetryDelay =>
          () =>
            ms,
      ),
    ])
    .optional()
    .describe("a duration (milliseconds, or text such as '30s'), or a function (error, retries) that gives one"),
  maxDelay: durationField().optional().describe(durationField().description!),
  jitter: flagField.optional().describe(flagField.description!),
});

/** Celery's name for each; the delay takes the place of the backoff. */
const NAMES = {
  on: 'autoretryFor',
  notOn: 'dontAutoretryFor',
  delay: 'retryBackoff',
  maxDelay: 'retryBackoffMax',
  jitter: 'retryJitter',
} as const satisfies Record<keyof RetryPolicyInput, keyof FlatTaskOptions>;

/**
 * The options with `retry` under Celery's names, so that those of base classes, decorators and configuration can be laid
 * over each other one by one.
 * @param where whose they are, for errors
 * @throws InvalidOptionError where both ways say something of the same
 */
export function flattenRetry({ retry, ...rest }: TaskOptionsInput, where: string): FlatTaskOptions {
  if (retry === undefined) return rest;
  if (typeof retry !== 'object' || retry === null) {
    throw new InvalidOptionError('retry', retry, `an object of on, notOn, delay, maxDelay and jitter in ${where}`);
  }
  const policy = checkOptions(schema, retry, `'retry' of ${where}`);
  const flat: Record<string, unknown> = { ...rest };
  for (const [name, value] of Object.entries(policy)) {
    const celery = NAMES[name as keyof typeof NAMES];
    if (value === undefined) continue;
    if (flat[celery] !== undefined) {
      throw new InvalidOptionError(`retry.${name}`, value, `left out when ${celery} is set, which means the same (${where})`);
    }
    flat[celery] = value;
  }
  return flat;
}

/** The delay that an error asks for, as its `retryAfter`: a {@link Duration}, a Date, or the text of a Retry-After header. */
export function retryAfterOf(error: unknown, now: number): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const asked = (error as { readonly retryAfter?: unknown }).retryAfter;
  if (typeof asked === 'number') return asked >= 0 && Number.isFinite(asked) ? asked : undefined;
  if (asked instanceof Date) return until(asked.getTime(), now);
  return typeof asked === 'string' ? readText(asked.trim(), now) : undefined;
}

/** A header gives seconds without a unit, or a date. */
function readText(text: string, now: number): number | undefined {
  if (/^\d{1,10}$/.test(text)) return Number(text) * 1_000;
  try {
    return toMilliseconds(text, 'retryAfter');
  } catch {
    return until(Date.parse(text), now);
  }
}

function until(instant: number, now: number): number | undefined {
  return Number.isNaN(instant) ? undefined : Math.max(0, instant - now);
}
