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
/** the same for due messages: their transaction may have lasted as long as the application likes */
const DUE_MARGIN = 1_000;
const DUE_WHOLE_AGAIN = 1_000;

/** Decides when a receive must look beyond the ready lines: at due messages and at expired leases. */
export class LookAhead {
  suspects = 0;
  #tendAt = 0;
  /** when the next message is due, by the clock of leases */
  #dueAt = 0;
  /** epoch ms of the store before which no lease ended */
  #seen = 0;
  #wholeAt = 0;
  /** epoch ms of the store before which nothing is due */
  #dueSeen = 0;
  #dueWholeAt = -Infinity;
  /** the last look at due messages began at the first */
  #dueWhole = false;
  /** `unbrokenSince` of the connection at the last look */
  #known: number | null;
  readonly #sweeps: SweepGate;

  constructor(
    private readonly context: PostgresContext,
    private readonly lease: number,
    held: HeldLeases,
  ) {
    this.#sweeps = new SweepGate(held, lease, context.leaseNow);
    this.#known = context.connection.unbrokenSince;
  }

  ask(): { readonly sweepIn: number; readonly seen: number; readonly dueSeen: number; readonly tend: boolean } {
    const now = monotonic();
    if (now - this.#wholeAt >= WHOLE_AGAIN) {
      this.#seen = 0;
      this.#wholeAt = now;
    }
    if (now - this.#dueWholeAt >= DUE_WHOLE_AGAIN) this.#dueSeen = 0;
    this.#dueWhole = this.#dueSeen === 0;
    if (this.#dueWhole) this.#dueWholeAt = now;
    const tend = now >= this.#tendAt || this.context.leaseNow() >= this.#dueAt;
    return { sweepIn: this.#sweepIn(), seen: this.#seen, dueSeen: this.#dueSeen, tend };
  }

  answered({ tended, nextIn, suspects, swept, promoted }: Look, sentAt: number): void {
    this.#sweeps.answered(sentAt);
    if (!tended) return;
    this.suspects = suspects;
    this.#tendAt = monotonic() + TEND_EVERY;
    this.#dueAt = this.context.leaseNow() + nextIn;
    this.#seen = Math.max(0, swept - MARGIN);
    this.#dueSeen = Math.max(0, promoted - DUE_MARGIN);
  }

  /** ms until all due messages must be looked at: the last look skipped those that were seen. */
  get wholeIn(): number {
    return this.#dueWhole ? Infinity : Math.max(0, this.#dueWholeAt + DUE_WHOLE_AGAIN - monotonic());
  }

  /** Due messages are looked at from the start next time, and at once. */
  forget(): void {
    this.#tendAt = 0;
    this.#dueWholeAt = -Infinity;
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
