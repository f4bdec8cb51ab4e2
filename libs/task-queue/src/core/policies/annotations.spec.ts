import { describe, expect, it } from '@jest/globals';
import { Annotations } from './annotations.js';

describe('annotations', () => {
  it('lay later patterns over earlier ones, and an exact name over all, wherever it stands', () => {
    const annotations = Annotations.read(
      {
        'mail.send': { maxRetries: 9 },
        '*': { maxRetries: 1, queue: 'all', priority: 2 },
        'mail.*': { queue: 'mail', maxRetries: 5 },
      },
      'test',
    )!;
    expect(annotations.of('mail.send')).toEqual({ maxRetries: 9, queue: 'mail', priority: 2 });
    expect(annotations.of('mail.read')).toEqual({ maxRetries: 5, queue: 'mail', priority: 2 });
    expect(annotations.of('other')).toEqual({ maxRetries: 1, queue: 'all', priority: 2 });
  });

  it('say nothing of tasks that none of them names', () => {
    expect(Annotations.read({ 'mail.*': { maxRetries: 5 } }, 'test')!.of('sms.send')).toBeUndefined();
    expect(Annotations.read({}, 'test')).toBeUndefined();
  });

  it.each([
    [{ 'mail.*': { maxRetires: 5 } }, "'mail.*' in test has no option 'maxRetires'. Did you mean 'maxRetries'?"],
    [{ '*': { priority: 11 } }, "Option 'priority' must be a whole number from 0 to 9"],
    [{ '*': { retry: { jitter: true }, retryJitter: false } }, "Option 'retry.jitter' must be left out when retryJitter"],
    [{ '*': 5 }, "Option '*' must be an object of task options in test"],
  ])('refuse %p at boot', (input, message) => {
    expect(() => Annotations.read(input as never, 'test')).toThrow(message);
  });
});
