import { describe, expect, it } from '@jest/globals';
import { rateField } from './check-options.js';
import { isNoLimit, toInterval } from './rate.js';

describe('a rate', () => {
  it.each([
    ['10/s', 100],
    ['100/m', 600],
    ['100/h', 36_000],
    ['0.5/s', 2_000],
    ['4', 250],
    [4, 250],
    ['10000/s', 0.1],
  ])('%p is one each %d ms', (rate, interval) => {
    expect(toInterval(rate, 'rateLimit')).toBe(interval);
  });

  it.each(['10/x', '10/', '/s', '', 'ten/s', '-1/s', '0/s', '1e3/s', ' 1/s', '10/d', 0, -1, NaN, Infinity, 1e-320, null, {}])(
    '%p is refused, saying what is one',
    (rate) => {
      expect(() => toInterval(rate as string, 'rateLimit')).toThrow(
        /Option 'rateLimit' must be a number over 0 \(a second\), or text such as '10\/s'/,
      );
    },
  );

  it.each([0, '0', '0/m'])('%p is no limit, as in Celery', (rate) => {
    expect([isNoLimit(rate), rateField.parse(rate)]).toEqual([true, null]);
  });

  it.each(['0.0', '00', '10/s', null, undefined, false, ''])('%p does not say that there is no limit', (rate) => {
    expect(isNoLimit(rate)).toBe(false);
  });
});
