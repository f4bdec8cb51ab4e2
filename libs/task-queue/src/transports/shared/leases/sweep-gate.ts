import type { HeldLeases } from './held-leases.js';

/** ms of unbroken connection before leases of others count as expired: after an outage of ours they are all late */
const SWEEP_AFTER = 5_000;
/** ms until the next look at whether our own leases were renewed after a break */
const RENEWAL_CHECK = 500;
/** ms to an answer beyond which the server stood still, which is an outage too */
const SLOW_ANSWER = 1_000;

/** Decides when a consumer may sweep expired leases of others (rule 8). Its clock is that of leases, which tests can shift. */
export class SweepGate {
  #unbrokenSince: number;
  /** when a jump of the store's clock was noticed */
  #jumpedAt = -Infinity;

  constructor(
    private readonly held: HeldLeases,
    private readonly lease: number,
    private readonly now: () => number,
  ) {
    this.#unbrokenSince = now();
  }

  /** The connection was lost, or is new. */
  broken(): void {
    this.#unbrokenSince = this.now();
  }

  /** The store's clock moved forward: all leases look expired until their holders have renewed them, a third of a lease later. */
  jumped(): void {
    this.broken();
    this.#jumpedAt = this.now();
  }

  answered(sentAt: number): void {
    if (this.now() - sentAt > SLOW_ANSWER) this.broken();
  }

  /**
   * ms until this consumer may sweep; 0 = now. Its own leases come first: those that ran out were not renewed because this
   * process stood still.
   * @param since when its own leases must have been renewed
   */
  opensIn(since: number): number {
    const now = this.now();
    const wait = Math.max(SWEEP_AFTER + this.#unbrokenSince, this.lease / 2 + this.#jumpedAt) - now;
    if (wait > 0) return Math.ceil(wait);
    return this.held.renewedSince(Math.max(since, this.#jumpedAt)) ? 0 : RENEWAL_CHECK;
  }
}
