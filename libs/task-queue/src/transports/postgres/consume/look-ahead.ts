import type { HeldLeases } from '../../shared/leases/held-leases.js';
import { monotonic } from '../../shared/monotonic.js';
import type { PostgresContext } from '../postgres-context.js';
import type { Look } from './receive-calls.js';

/** ms of unbroken connection before leases of others are taken for expired: after an outage of ours they are all late */
const SWEEP_AFTER = 5_000;
/** ms until the next look at whether our own leases were renewed after a break */
const RENEWAL_CHECK = 500;
/** ms between two looks at what is due while there is work enough */
const TEND_EVERY = 20;
/** ms by which a transaction may be behind: a lease that ends within them may not have been seen */
const MARGIN = 10_000;
/** ms after which all leases are looked at again */
const WHOLE_AGAIN = 30_000;

/** Knows when a receive has to look beyond the ready lines: at what is due, and at leases that have run out. */
export class LookAhead {
  suspects = 0;
  #tendAt = 0;
  /** when something is due, by the clock of leases */
  #dueAt = 0;
  /** epoch ms of the store: no lease ended before */
  #seen = 0;
  #wholeAt = 0;
  /** the unbroken connection's beginning, by the clock of leases that tests can shift */
  #unbrokenSince: number;
  #known: number | null;

  constructor(
    private readonly context: PostgresContext,
    private readonly lease: number,
  ) {
    this.#unbrokenSince = context.leaseNow();
    this.#known = context.connection.unbrokenSince;
  }

  ask(held: HeldLeases): { readonly sweepIn: number; readonly seen: number; readonly tend: boolean } {
    const now = monotonic();
    if (now - this.#wholeAt >= WHOLE_AGAIN) {
      this.#seen = 0;
      this.#wholeAt = now;
    }
    const tend = now >= this.#tendAt || this.context.leaseNow() >= this.#dueAt;
    return { sweepIn: this.#sweepIn(held), seen: this.#seen, tend };
  }

  answered({ tended, nextIn, suspects, swept }: Look): void {
    if (!tended) return;
    this.suspects = suspects;
    this.#tendAt = monotonic() + TEND_EVERY;
    this.#dueAt = this.context.leaseNow() + nextIn;
    this.#seen = Math.max(0, swept - MARGIN);
  }

  tendNow(): void {
    this.#tendAt = 0;
  }

  /** The connection was lost. */
  broken(): void {
    this.#unbrokenSince = this.context.leaseNow();
  }

  /** ms until this consumer may take expired leases of others; 0 = now. */
  #sweepIn(held: HeldLeases): number {
    const { connection, leaseNow } = this.context;
    if (connection.unbrokenSince !== this.#known) {
      this.#known = connection.unbrokenSince;
      this.broken();
    }
    const wait = SWEEP_AFTER - (leaseNow() - this.#unbrokenSince);
    if (wait > 0) return Math.ceil(wait);
    // Own leases that ran out were not renewed because this process stood still: the keeper comes first.
    return held.renewedSince(leaseNow() - this.lease) ? 0 : RENEWAL_CHECK;
  }
}
