import type { Clock, ClockTimer } from '../../../core/ports/runtime/clock.js';

/** Renews at a steady pace while there are leases to renew; no timer otherwise. */
export class LeaseRenewal {
  private timer: ClockTimer | null = null;
  private startedAt = 0;

  /** @param renew renews all leases · @returns whether there will be leases to renew later */
  constructor(
    private readonly clock: Clock,
    private readonly every: number,
    private readonly renew: () => boolean,
  ) {}

  start(): void {
    if (this.timer) return;
    this.startedAt = this.clock.now();
    this.timer = this.clock.timer(this.every, () => this.tick());
  }

  stop(): void {
    this.timer?.clear();
    this.timer = null;
  }

  /** The timer did not fire in time: the event loop was blocked. */
  get overdue(): boolean {
    return this.timer !== null && this.clock.now() - this.startedAt > this.every;
  }

  tick(): void {
    this.stop();
    if (this.renew()) this.start();
  }
}
