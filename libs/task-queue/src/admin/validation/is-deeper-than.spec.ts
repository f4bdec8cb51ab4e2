import { describe, expect, it } from '@jest/globals';
import { isDeeperThan } from './is-deeper-than.js';

const nested = (levels: number): unknown => Array.from({ length: levels }).reduce<unknown>((inner) => [{}, inner], 'text');

describe('isDeeperThan', () => {
  it.each([
    [0, 'text'],
    [0, null],
    [1, []],
    [1, { a: 1, b: 'text', c: null }],
    [2, { a: 1, b: [] }],
    [8, nested(7)],
  ])('has %i levels: %j', (levels, value) => {
    expect(isDeeperThan(levels, value)).toBe(false);
    expect(isDeeperThan(levels - 1, value)).toBe(value !== null && typeof value === 'object');
  });

  it('handles input that would overflow the stack of a recursive function', () => {
    expect(isDeeperThan(200, JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)))).toBe(true);
  });
});
