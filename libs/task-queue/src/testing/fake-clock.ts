import { toMilliseconds, type Duration } from '../core/message/duration.js';
import type { Clock, ClockTimer } from '../core/ports/runtime/clock.js';

interface Pending {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that a test moves by hand. Timers fire in order of their instants, those they start included. */
export class FakeClock implements Clock {
  private readonly pending = new Set<Pending>();

  /** @param current epoch ms that it begins at */
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
   * Moves on by this long (ms, or text such as '1h'), firing each timer at its own instant. Between two timers, and after the last, pending promises
   * get a turn, so that what a timer starts can go on.
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

  /** timers that have not fired and are not cleared: none when everything is closed */
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
