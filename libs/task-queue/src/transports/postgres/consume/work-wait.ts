import { monotonic } from '../../shared/monotonic.js';
import type { PostgresContext } from '../postgres-context.js';
import type { WorkNotes } from './work-notes.js';

/** ms between two looks of a waiting consumer: an idle process then asks fewer than 12 queries a minute in all */
const LOOK_EVERY = 7_000;
/** upper bound as a part of a lease: leases that others took since the last look, and lose, are seen in time */
const SHARE_OF_LEASE = 0.7;
/** ms between two looks without LISTEN */
const POLL_EVERY = 200;
/** ms for which a consumer is registered as waiting */
const KNOWN_FOR = 3 * LOOK_EVERY;
/** ms of work after which a consumer is no longer registered as waiting */
const BUSY_AFTER = 1_000;
/** ms after the registration in which a publish that did not see it may commit */
const IN_FLIGHT = 25;

/**
 * Waits until there may be work. Publishers send notes only to queues with a registered consumer (rule 25). So a consumer registers,
 * looks once more, and only then waits; and it looks again soon, because a publish that did not see it may commit later.
 */
export class WorkWait {
  /** counts reasons to look */
  interrupts = 0;
  #queues: ReadonlySet<string> = new Set();
  #known: 'no' | 'just now' | 'yes' = 'no';
  #knownSince = 0;
  #saidAt = 0;
  #workSince: number | null = null;
  #wake: (() => void) | null = null;
  readonly #stopHearing: () => void;

  constructor(
    private readonly context: PostgresContext,
    private readonly owner: string,
    private readonly lease: number,
    notes: WorkNotes,
  ) {
    this.#stopHearing = notes.hear((queues) => {
      if (queues === null || queues.some((queue) => this.#queues.has(queue))) this.interrupt();
    });
  }

  watch(queues: readonly string[]): void {
    this.#queues = new Set(queues);
    this.#known = 'no';
  }

  /** There is a reason to look. */
  interrupt(): void {
    this.interrupts += 1;
    this.#wake?.();
  }

  /** ms for which the next look registers this consumer as waiting; 0 = it does not. */
  registersFor(mayWait: boolean): number {
    if (this.#known === 'no' || !mayWait || this.context.connection.polling) return 0;
    return this.#known === 'just now' || monotonic() - this.#saidAt >= LOOK_EVERY / 2 ? KNOWN_FOR : 0;
  }

  /** Whether the consumer must look once more before it waits. */
  mustLookFirst(registered: number, mayWait: boolean): boolean {
    this.#workSince = null;
    if (!mayWait || this.context.connection.polling) return false;
    if (this.#known === 'no') {
      this.#known = 'just now';
      return true;
    }
    if (registered > 0) this.#saidAt = monotonic();
    if (this.#known === 'yes') return false;
    this.#known = 'yes';
    this.#knownSince = this.#saidAt;
    return true;
  }

  /** Whether notes about new work arrive for certain. */
  get hears(): boolean {
    return this.#known === 'yes';
  }

  /** ms from a look that found nothing to the next one. */
  get timeout(): number {
    if (this.context.connection.polling) return POLL_EVERY;
    return monotonic() - this.#knownSince < IN_FLIGHT ? IN_FLIGHT : Math.min(LOOK_EVERY, this.lease * SHARE_OF_LEASE);
  }

  /** Ends when there may be work, at `end` at the latest, or when the signal is aborted. */
  async until(end: number, since: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || since !== this.interrupts) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, Math.max(1, end - monotonic()));
      signal.addEventListener('abort', done, { once: true });
      this.#wake = done;
    });
  }

  /** It has work. After a while it is no longer registered as waiting. */
  worked(): void {
    if (this.#known === 'no') return;
    const now = monotonic();
    this.#workSince ??= now;
    if (now - this.#workSince >= BUSY_AFTER) void this.#leave();
  }

  async close(): Promise<void> {
    this.#stopHearing();
    this.interrupt();
    if (this.#known !== 'no') await this.#leave();
  }

  async #leave(): Promise<void> {
    this.#known = 'no';
    this.#workSince = null;
    const { connection, statements } = this.context;
    await connection.query(statements.leaveWaiting, [this.owner], { timeout: 1_000 }).catch(() => {
      // The registration expires.
    });
  }
}
