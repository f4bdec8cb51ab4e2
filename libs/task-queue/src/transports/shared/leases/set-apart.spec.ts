import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Settlement } from '../../../core/ports/broker/consumer.js';
import { SetApart } from './set-apart.js';

const settlements = (count: number): Settlement[] => Array.from({ length: count }, (_, at) => ({ at }) as unknown as Settlement);

describe('settlements that are set apart', () => {
  let apart: SetApart;
  let still: Set<Settlement>;
  let tries: number[];

  beforeEach(() => {
    jest.useFakeTimers();
    still = new Set();
    tries = [];
    apart = new SetApart(() => {
      while (apart.due) {
        const taken = apart.take();
        tries.push(taken.length);
        // The store takes all or nothing.
        if (taken.some((one) => still.has(one))) apart.add(taken);
        apart.tried(new Map(taken.some((one) => still.has(one)) ? [] : taken.map((one) => [one, { id: '', accepted: true }])));
      }
    });
  });
  afterEach(() => void jest.useRealTimers());

  it('rule 35: are tried at intervals, without a busy loop, for as long as they wait', async () => {
    const [one] = settlements(1);
    still.add(one!);
    apart.add([one!]);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(tries.length).toBeGreaterThan(10);
    expect(tries.length).toBeLessThanOrEqual(50);
  });

  it('rule 35: are settled though one of them still waits, and all end when that does not', async () => {
    const all = settlements(100);
    const [ended, accepted] = [jest.fn(), new Map()];
    still.add(all[37]!);
    apart.add(all);
    apart.whenDecided(all, accepted, ended);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(accepted.size).toBe(99);
    expect(ended).not.toHaveBeenCalled();
    still.clear();
    await jest.advanceTimersByTimeAsync(1_000);
    expect([accepted.size, ended.mock.calls.length, apart.isEmpty]).toEqual([100, 1, true]);
  });

  it('are tried together for the last time when the consumer closes', () => {
    const all = settlements(3);
    apart.add(all);
    apart.retryNow();
    expect([tries, apart.isEmpty]).toEqual([[3], true]);
  });
});
