import type { HeldLeases } from '../../shared/leases/held-leases.js';
import { SweepGate } from '../../shared/leases/sweep-gate.js';
import { monotonic } from '../../shared/monotonic.js';
import type { PostgresContext } from '../postgres-context.js';
import type { Look } from './receive-calls.js';

/** ms between two looks at due messages while there is enough ready work */
const TEND_EVERY = 20;
/** ms by which a transaction may be behind: a lease that ends within them may not be visible yet */
const MARGIN = 10_000;
/** ms after which all leases are examined again */
const WHOLE_AGAIN = 30_000;

/** Decides when a receive must look beyond the ready lines: at due messages and at expired leases. */
export class LookAhead {
  suspects = 0;
  #tendAt = 0;
  /** when the next message is due, by the clock of leases */
  #dueAt = 0;
  /** epoch ms of the store before which no lease ended */
  #seen = 0;
  #wholeAt = 0;
  /** `unbrokenSince` of the connection at the last look */
  #known: number | null;
  readonly #sweeps: SweepGate;

  constructor(
    private readonly context: PostgresContext,
    private readonly lease: number,
    held: HeldLeases,
  ) {
    this.#sweeps = new SweepGate(held, context.leaseNow);
    this.#known = context.connection.unbrokenSince;
  }

  ask(): { readonly sweepIn: number; readonly seen: number; readonly tend: boolean } {
    const now = monotonic();
    if (now - this.#wholeAt >= WHOLE_AGAIN) {
      this.#seen = 0;
      this.#wholeAt = now;
    }
    const tend = now >= this.#tendAt || this.context.leaseNow() >= this.#dueAt;
    return { sweepIn: this.#sweepIn(), seen: this.#seen, tend };
  }

  answered({ tended, nextIn, suspects, swept }: Look, sentAt: number): void {
    this.#sweeps.answered(sentAt);
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
    this.#sweeps.broken();
  }

  /** ms until this consumer may sweep; 0 = now. */
  #sweepIn(): number {
    const { connection, leaseNow } = this.context;
    if (connection.unbrokenSince !== this.#known) {
      this.#known = connection.unbrokenSince;
      this.broken();
    }
    return this.#sweeps.opensIn(leaseNow() - this.lease);
  }
}
