import { describe, expect, it } from '@jest/globals';
import { FakeClock } from './fake-clock.js';

describe('FakeClock', () => {
  it('fires timers in the order of their instants, each at its own instant', async () => {
    const clock = new FakeClock(0);
    const fired: [string, number][] = [];
    for (const [name, delay] of [['late', 30], ['early', 10], ['early too', 10], ['beyond', 31]] as const) {
      clock.timer(delay, () => fired.push([name, clock.now()]));
    } // prettier-ignore
    await clock.advance(30);
    expect(fired).toEqual([['early', 10], ['early too', 10], ['late', 30]]); // prettier-ignore
    expect([clock.now(), clock.timers]).toEqual([30, 1]);
  });

  it('fires timers that other timers and promises start', async () => {
    const clock = new FakeClock(0);
    const ticks: number[] = [];
    const tick = async (): Promise<void> => {
      ticks.push(clock.now());
      await Promise.resolve();
      clock.timer(10, () => void tick());
    };
    clock.timer(10, () => void tick());
    await clock.advance(35);
    expect(ticks).toEqual([10, 20, 30]);
  });

  it('removes a cleared timer, before or after it fired', async () => {
    const clock = new FakeClock(0);
    const timer = clock.timer(10, () => expect(clock).toBe('never'));
    timer.clear();
    await clock.advance(20);
    timer.clear();
    expect(clock.timers).toBe(0);
  });
});
