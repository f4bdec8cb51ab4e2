import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../ports/runtime/clock.js';
import type { Delivery } from '../../ports/broker/consumer.js';
import { Prefetch } from './prefetch.js';
import { Slots } from './slots.js';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const delivery = (id: string): Delivery => ({ id, queue: 'q', priority: 5, token: 't', body: '', lostLeases: 0, revoked: false });

/** A clock whose timers fire when it is advanced. */
function handClock() {
  let now = 0;
  let timers: { at: number; callback: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    timer(delay, callback) {
      const timer = { at: now + delay, callback };
      timers.push(timer);
      return { clear: () => (timers = timers.filter((one) => one !== timer)) };
    },
  };
  const advance = (ms: number) => {
    now += ms;
    const due = timers.filter((timer) => timer.at <= now);
    timers = timers.filter((timer) => timer.at > now);
    for (const timer of due) timer.callback();
  };
  return { clock, advance, pending: () => timers.length };
}

function setUp(concurrency: number, unsettled = 0) {
  const { clock, advance, pending } = handClock();
  const prefetch = new Prefetch(concurrency, 4);
  const running = new Map<string, () => void>();
  const released: string[] = [];
  const slots = new Slots({
    concurrency,
    prefetch,
    clock,
    unsettled: () => unsettled,
    run: (one) => new Promise((resolve) => running.set(one.id, resolve)),
    release: (deliveries) => released.push(...deliveries.map((one) => one.id)),
    room: () => undefined,
  });
  return { slots, prefetch, running, released, advance, pending };
}

describe('Slots', () => {
  it('runs as many as concurrency allows, in order, and the next when one ends', async () => {
    const { slots, running } = setUp(2);
    slots.accept(['a', 'b', 'c'].map(delivery));
    await nextTurn();
    expect([...running.keys()]).toEqual(['a', 'b']);
    running.get('a')!();
    await Promise.resolve();
    expect([...running.keys()]).toEqual(['a', 'b', 'c']);
  });

  it('asks for nothing while the broker has not heard of what ended before', () => {
    expect(setUp(2, 1_999).slots.wanted).toBe(2);
    expect(setUp(2, 2_000).slots.wanted).toBe(0);
  });

  it('asks for no more while the line is long enough', () => {
    const { slots, prefetch } = setUp(2);
    expect(slots.wanted).toBe(2);
    slots.accept(['a', 'b'].map(delivery));
    expect(slots.wanted).toBe(0);
    prefetch.ran(0);
    expect(slots.wanted).toBe(8);
    slots.accept(['c', 'd', 'e', 'f', 'g'].map(delivery));
    expect(slots.wanted).toBe(0);
  });

  it('rule 12: measures how long runs take, and holds beyond them what clears in 50 ms', async () => {
    const { slots, running, prefetch, advance } = setUp(2);
    slots.accept([delivery('a')]);
    advance(25);
    running.get('a')!();
    await Promise.resolve();
    expect([prefetch.limit, slots.wanted]).toEqual([4, 6]);
  });

  it('begins at once with what can run at once, and in the next turn with more, so that the next request goes out first', async () => {
    const { slots, running, prefetch } = setUp(2);
    prefetch.ran(0);
    slots.accept(['a', 'b'].map(delivery));
    expect([...running.keys()]).toEqual(['a', 'b']);
    for (const end of running.values()) end();
    await nextTurn();
    slots.accept(['c', 'd', 'e'].map(delivery));
    expect([running.has('c'), slots.wanted]).toEqual([false, 7]);
    await nextTurn();
    expect([...running.keys()]).toEqual(['a', 'b', 'c', 'd']);
  });

  it('is not idle while a batch is about to begin', async () => {
    const { slots, running } = setUp(1);
    slots.accept(['a', 'b'].map(delivery));
    let idle = false;
    const told = slots.idle().then(() => (idle = true));
    await nextTurn();
    expect([idle, [...running.keys()]]).toEqual([false, ['a']]);
    slots.close();
    running.get('a')!();
    await told;
  });

  it('gives back a line that does not move, so that other workers can have it, and asks for less', async () => {
    const { slots, prefetch, released, advance } = setUp(1);
    prefetch.ran(0);
    slots.accept(['a', 'b', 'c'].map(delivery));
    await nextTurn();
    advance(500);
    expect(released).toEqual([]);
    advance(500);
    expect(released).toEqual(['b', 'c']);
    expect(prefetch.limit).toBe(0);
  });

  it('gives back what has not started when it closes, and leaves no timer', async () => {
    const { slots, running, released, pending } = setUp(1);
    slots.accept(['a', 'b'].map(delivery));
    await nextTurn();
    slots.close();
    expect(released).toEqual(['b']);
    slots.accept([delivery('late')]);
    expect(released).toEqual(['b', 'late']);
    expect(pending()).toBe(0);
    const idle = slots.idle();
    running.get('a')!();
    await idle;
    expect(slots.running).toBe(0);
  });
});
