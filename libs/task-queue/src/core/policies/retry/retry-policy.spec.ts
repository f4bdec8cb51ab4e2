import { describe, expect, it } from '@jest/globals';
import { hasRetryLeft, isRetryable, retryDelay } from './retry-policy.js';
import { resolveTaskOptions } from '../task-options.js';

class SmtpError extends Error {}
class MailboxGone extends SmtpError {}

describe('retry policy', () => {
  it('retries the listed errors and their subclasses, but not the excepted ones', () => {
    const options = resolveTaskOptions({ autoretryFor: [SmtpError], dontAutoretryFor: [MailboxGone] }, 'test');
    expect(isRetryable(new SmtpError(), options)).toBe(true);
    expect(isRetryable(new MailboxGone(), options)).toBe(false);
    expect(isRetryable(new Error(), options)).toBe(false);
    expect(isRetryable('text', options)).toBe(false);
  });

  it('counts retries up to maxRetries, for ever when it is null', () => {
    expect([0, 1, 2, 3].map((n) => hasRetryLeft(n, 3))).toEqual([true, true, true, false]);
    expect(hasRetryLeft(1e9, null)).toBe(true);
    expect(hasRetryLeft(0, 0)).toBe(false);
  });

  it('waits defaultRetryDelay without backoff', () => {
    expect(retryDelay(resolveTaskOptions({}, 'test'), 4)).toBe(180_000);
  });

  it("doubles by Celery's formula up to retryBackoffMax", () => {
    const options = resolveTaskOptions({ retryBackoff: true, retryJitter: false }, 'test');
    expect([0, 1, 2, 3, 9, 10, 500].map((n) => retryDelay(options, n))).toEqual([1_000, 2_000, 4_000, 8_000, 512_000, 600_000, 600_000]);
    expect(retryDelay(resolveTaskOptions({ retryBackoff: '5s', retryJitter: false }, 'test'), 2)).toBe(20_000);
  });

  it('draws full jitter from 0 to the delay, both included', () => {
    const options = resolveTaskOptions({ retryBackoff: true }, 'test');
    expect(retryDelay(options, 1, undefined, () => 0)).toBe(0);
    expect(retryDelay(options, 1, undefined, () => 0.999_999_9)).toBe(2_000);
  });
});
