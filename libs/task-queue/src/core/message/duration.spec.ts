import { describe, expect, it } from '@jest/globals';
import { toMilliseconds } from './duration.js';

describe('toMilliseconds', () => {
  it.each([
    [0, 0],
    [1_500, 1_500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1d', 86_400_000],
    ['2 hours', 7_200_000],
    ['250', 250],
  ])('reads %p', (given, ms) => {
    expect(toMilliseconds(given, 'countdown')).toBe(ms);
  });

  it.each([[-1], ['-5s'], [NaN], [Infinity], ['soon'], [''], [null], [{}]])('refuses %p, naming the option', (given) => {
    expect(() => toMilliseconds(given as never, 'countdown')).toThrow(/'countdown' must be a number of milliseconds/);
  });
});
