import { toMilliseconds, type Duration } from '../core/message/duration.js';
import type { Clock, ClockTimer } from '../core/ports/runtime/clock.js';

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that a test moves by hand. Timers fire in the order of their instants, including timers that they start. */
export class FakeClock implements Clock {
  private readonly pending = new Set<Pending>();

  /** @param current initial time in epoch ms */
  constructor(private current = Date.UTC(2030, 0, 1)) {}

  now(): number {
    return this.current;
  }

  timer(delay: number, callback: () => void): ClockTimer {
    const timer: Pending = { at: this.current + Math.max(0, delay), callback };
    this.pending.add(timer);
    return { clear: () => void this.pending.delete(timer) };
  }

  /**
   * Advances by a duration (ms, or a string such as '1h') and fires each timer at its instant. After each timer, pending
   * promises get a turn, so that work that the timer started can continue.
   */
  async advance(duration: Duration): Promise<void> {
    const end = this.current + toMilliseconds(duration, 'duration');
    for (let next = this.first(end); next; next = this.first(end)) {
      this.current = next.at;
      this.pending.delete(next);
      next.callback();
      await turn();
    }
    this.current = end;
    await turn();
  }

  /** number of timers that have neither fired nor been cleared; 0 when everything is closed */
  get timers(): number {
    return this.pending.size;
  }

  private first(end: number): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.pending) {
      if (timer.at <= end && (!first || timer.at < first.at)) first = timer;
    }
    return first;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
