import { describe, expect, it } from '@jest/globals';
import { resolveTaskOptions } from './task-options.js';

describe('resolveTaskOptions', () => {
  it("fills in Celery's defaults", () => {
    expect(resolveTaskOptions({}, 'test')).toMatchObject({
      maxRetries: 3,
      defaultRetryDelay: 180_000,
      retryBackoff: null,
      retryBackoffMax: 600_000,
      retryJitter: true,
      acksLate: true,
    });
  });

  it('keeps null for ever, and reads durations', () => {
    expect(resolveTaskOptions({ maxRetries: null, softTimeLimit: '4m', retryBackoff: '2s', expires: 5 }, 'test')).toMatchObject({
      maxRetries: null,
      softTimeLimit: 240_000,
      retryBackoff: 2_000,
      expires: 5,
    });
  });

  it.each([
    [{ maxRetires: 1 }, "has no option 'maxRetires'. Did you mean 'maxRetries'?"],
    [{ priority: 10 }, "Option 'priority' must be a whole number from 0 to 9 (higher first); got 10."],
    [{ defaultRetryDelay: -1 }, "Option 'defaultRetryDelay' must be a duration"],
    [{ autoretryFor: ['SmtpError'] }, "Option 'autoretryFor' must be a list of error classes"],
    [{ unique: { while: ['running'] } }, "Option 'unique.while' must be"],
    [{ unique: true, acksLate: false }, "while: ['waiting'] beside acksLate: false"],
    [{ softTimeLimit: '2s', timeLimit: '1s' }, 'no longer than timeLimit'],
  ])('refuses %p', (input, message) => {
    expect(() => resolveTaskOptions(input as object, "Task 'a'")).toThrow(message);
  });
});

describe('options that contradict each other', () => {
  it.each([
    [{ acksLate: false, maxDeliveries: 3 }, "Option 'maxDeliveries' must be left out when acksLate: false"],
    [{ acksLate: false, rejectOnWorkerLost: true }, "Option 'rejectOnWorkerLost' must be left out when acksLate: false"],
    [{ acksLate: false, acksOnFailure: false }, "Option 'acksOnFailure' must be left out when acksLate: false"],
    [{ acksLate: false, acksOnTimeout: false }, "Option 'acksOnTimeout' must be left out when acksLate: false"],
    [{ rejectOnWorkerLost: false, maxDeliveries: 2 }, "Option 'maxDeliveries' must be left out when rejectOnWorkerLost: false"],
    [{ rejectOnWorkerLost: false, acksOnFailure: false }, "Option 'acksOnFailure' must be left out when rejectOnWorkerLost: false"],
  ])('%p is refused', (input, message) => {
    expect(() => resolveTaskOptions(input, 'test')).toThrow(message);
  });

  it('what only says again what happens anyway is none', () => {
    expect(resolveTaskOptions({ acksLate: false, acksOnFailure: true }, 'test').acksLate).toBe(false);
    expect(resolveTaskOptions({ rejectOnWorkerLost: false, maxDeliveries: 1 }, 'test').maxDeliveries).toBe(1);
  });
});
