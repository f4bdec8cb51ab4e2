import { describe, expect, it } from '@jest/globals';
import { retryAfterOf } from './retry-options.js';
import { retryDelay } from './retry-policy.js';
import { resolveTaskOptions } from '../task-options.js';
import type { TaskOptionsInput } from '../task-options-input.js';

class HttpError extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

const resolve = (input: TaskOptionsInput) => resolveTaskOptions(input, 'test');

describe('retry: { … }', () => {
  it("says what Celery's names say", () => {
    expect(resolve({ retry: { on: [HttpError], notOn: [TypeError], maxDelay: '1m', jitter: false }, retryBackoff: true })).toEqual(
      resolve({ autoretryFor: [HttpError], dontAutoretryFor: [TypeError], retryBackoffMax: '1m', retryJitter: false, retryBackoff: true }),
    );
  });

  it('lets the delay depend on the error and on the retries already made', () => {
    const options = resolve({ retry: { delay: (error, retries) => (error instanceof HttpError ? '1m' : retries * 10) } });
    expect(retryDelay(options, 3, new HttpError(503))).toBe(60_000);
    expect(retryDelay(options, 3, new Error())).toBe(30);
  });

  it('takes a delay as it is: no jitter and no bound unless they are asked for', () => {
    expect(retryDelay(resolve({ retry: { delay: '5h' } }), 7)).toBe(18_000_000);
    const bounded = resolve({ retry: { delay: '5h', maxDelay: '1h', jitter: true } });
    expect(retryDelay(bounded, 7, undefined, () => 0.999_999_99)).toBe(3_600_000);
    expect(retryDelay(bounded, 7, undefined, () => 0)).toBe(0);
  });

  it.each<[TaskOptionsInput, string]>([
    [{ retry: { on: [Error] }, autoretryFor: [Error] }, "Option 'retry.on' must be left out when autoretryFor"],
    [{ retry: { notOn: [Error] }, dontAutoretryFor: [Error] }, "Option 'retry.notOn' must be left out when dontAutoretryFor"],
    [{ retry: { delay: '1s' }, retryBackoff: true }, "Option 'retry.delay' must be left out when retryBackoff"],
    [{ retry: { maxDelay: '1s' }, retryBackoffMax: '1s' }, "Option 'retry.maxDelay' must be left out when retryBackoffMax"],
    [{ retry: { jitter: true }, retryJitter: false }, "Option 'retry.jitter' must be left out when retryJitter"],
    [{ retry: { delays: '1s' } as object }, "'retry' of test has no option 'delays'. Did you mean 'delay'?"],
    [{ retry: { delay: 'soon' } }, "Option 'delay' must be a duration"],
    [{ retry: true as never }, "Option 'retry' must be an object"],
  ])('refuses %p', (input, message) => {
    expect(() => resolve(input)).toThrow(message);
  });

  it('refuses a delay that is none when it is asked for', () => {
    expect(() => retryDelay(resolve({ retry: { delay: () => Number.NaN } }), 0)).toThrow("Option 'retry.delay' must be");
  });
});

describe('retryAfter of an error', () => {
  const now = Date.UTC(2026, 0, 1);
  it.each([
    ['a number is milliseconds', 1_500, 1_500],
    ['text is a duration', '2m', 120_000],
    ['text of digits is a Retry-After header: seconds', '120', 120_000],
    ['an HTTP date is one, too', new Date(now + 5_000).toUTCString(), 5_000],
    ['a Date', new Date(now + 7), 7],
    ['one that has passed is now', new Date(now - 7), 0],
    ['nothing', undefined, undefined],
    ['null, of a header that is not there', null, undefined],
    ['nonsense', 'later', undefined],
    ['a negative number', -1, undefined],
  ])('%s', (_, retryAfter, delay) => {
    expect(retryAfterOf(Object.assign(new Error(), { retryAfter }), now)).toBe(delay);
  });

  it('is not looked for on what is no object', () => {
    expect(retryAfterOf('later', now)).toBeUndefined();
  });
});

describe('shared policies', () => {
  /** How long after the first failure the last attempt is made. */
  const span = (input: TaskOptionsInput) => {
    const options = resolve(input);
    let total = 0;
    for (let retries = 0; retries < options.maxRetries!; retries++) total += retryDelay(options, retries);
    return total;
  };
  const HOUR = 3_600_000;
  const RETRY_FOR_10_HOURS = { retryBackoff: '1m', retryBackoffMax: '30m', retryJitter: false, maxRetries: 24 };

  it('retry for 10 hours, and for 24, with delays that double up to half an hour', () => {
    expect(span(RETRY_FOR_10_HOURS) / HOUR).toBeCloseTo(10, 1);
    expect(span({ ...RETRY_FOR_10_HOURS, maxRetries: 52 }) / HOUR).toBeCloseTo(24, 1);
  });
});
