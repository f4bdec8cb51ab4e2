import { describe, expect, it } from '@jest/globals';
import { Prefetch } from './prefetch.js';

describe('rule 12: prefetch', () => {
  it('hoards nothing before it has measured a run', () => {
    expect(new Prefetch(10, 4).limit).toBe(0);
  });

  it('grows to prefetchMultiplier × concurrency for quick tasks, and no further', () => {
    const prefetch = new Prefetch(10, 4);
    prefetch.ran(0);
    expect(prefetch.limit).toBe(40);
  });

  it('holds what clears in 50 ms: nothing for long tasks', () => {
    const prefetch = new Prefetch(10, 4);
    prefetch.ran(100);
    expect(prefetch.limit).toBe(5);
    prefetch.blocked(10_000);
    expect(prefetch.limit).toBe(0);
  });
});
