import { SLOT_PATIENCE, type RateLimit } from '../../../core/ports/broker/rate-limit.js';

interface Rate {
  /** interval of the last publication */
  published: number;
  /** interval set by `Broker.setRate` */
  set: number | null;
  /** the last slot taken, epoch ms */
  last: number;
}

/** The rates of one store. It keeps the last slot taken, so that a new rate moves the next slot at once. */
export class RateSlots {
  private readonly rates = new Map<string, Rate>();

  publish({ key, intervalMs }: RateLimit): void {
    this.rate(key).published = intervalMs;
  }

  set(key: string, intervalMs: number | null): void {
    this.rate(key).set = intervalMs;
  }

  /** epoch ms from which the next message of the key may go */
  next(key: string): number {
    const { set, published, last } = this.rate(key);
    return last + (set ?? published);
  }

  take(key: string, now: number): void {
    const next = this.next(key);
    this.rate(key).last = next < now - SLOT_PATIENCE ? now : next;
  }

  private rate(key: string): Rate {
    let rate = this.rates.get(key);
    if (!rate) {
      rate = { published: 0, set: null, last: -Infinity };
      this.rates.set(key, rate);
    }
    return rate;
  }
}
