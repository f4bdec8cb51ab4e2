import { describe, expect, it } from '@jest/globals';
import { MAX_ATTEMPTS_KEPT, NO_ATTEMPTS, rememberAttempt } from './failed-attempt.js';

describe('rememberAttempt', () => {
  it('keeps the newest attempts only, so that a message that is retried for ever stays small', () => {
    let history = NO_ATTEMPTS;
    for (let retries = 0; retries < 25; retries++) history = rememberAttempt(history, retries, 'w', retries, undefined);
    expect(history.map(({ retries }) => retries)).toEqual(Array.from({ length: MAX_ATTEMPTS_KEPT }, (_, index) => index + 15));
  });

  it('keeps what an error says, and neither its stack nor a novel', () => {
    const error = { type: 'SmtpError', message: 'x'.repeat(5_000), code: 'E1', stack: 'at …' };
    const [attempt] = rememberAttempt(NO_ATTEMPTS, 1, 'w', 0, error);
    expect(attempt).toEqual({ at: 1, worker: 'w', retries: 0, error: { type: 'SmtpError', code: 'E1', message: `${'x'.repeat(500)}…` } });
  });
});
