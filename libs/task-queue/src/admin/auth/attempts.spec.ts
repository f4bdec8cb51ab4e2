import { describe, expect, it } from '@jest/globals';
import { Attempts } from './attempts.js';

describe('Attempts', () => {
  const times = (count: number, one: () => void) => Array.from({ length: count }).forEach(one);

  it('locks an address out at its limit until its window ends', () => {
    let now = 0;
    const attempts = new Attempts({ limit: 2, window: 100 }, () => now);
    attempts.failed('10.0.0.1');
    expect(attempts.lockedFor('10.0.0.1')).toBe(0);
    now = 30;
    attempts.failed('10.0.0.1');
    expect([attempts.lockedFor('10.0.0.1'), attempts.lockedFor('10.0.0.2')]).toEqual([70, 0]);
    now = 100;
    expect(attempts.lockedFor('10.0.0.1')).toBe(0);
    attempts.failed('10.0.0.1');
    expect(attempts.lockedFor('10.0.0.1')).toBe(0);
  });

  it('forgives an attempt whose credentials were right', () => {
    const attempts = new Attempts({ limit: 1, window: 100 }, () => 0);
    attempts.failed('a');
    attempts.forgive('a');
    expect(attempts.lockedFor('a')).toBe(0);
  });

  it.each([
    ['2001:db8:1:2:3:4:5:6', '2001:0db8:1:2::9', true],
    ['2001:db8:1:2::1', '2001:db8:1:3::1', false],
    ['2001:db8::1', '2001:db8:0:0:ffff::', true],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['::1', '::2', true],
    ['fe80::1%eth0', 'fe80::2%eth1', true],
  ])('%s and %s count as one: %s', (one, other, same) => {
    const attempts = new Attempts({ limit: 1, window: 100 }, () => 0);
    attempts.failed(one);
    expect(attempts.lockedFor(other) > 0).toBe(same);
  });

  it('keeps a limited number of addresses, the latest to fail', () => {
    const attempts = new Attempts({ limit: 1, window: 100 }, () => 0);
    let next = 0;
    times(10_001, () => attempts.failed(`address ${next++}`));
    expect([attempts.lockedFor('address 0'), attempts.lockedFor('address 1'), attempts.lockedFor('address 10000')]).toEqual([0, 100, 100]);
  });
});
