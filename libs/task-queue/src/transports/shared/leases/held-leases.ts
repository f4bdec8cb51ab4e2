import type { Delivery } from '../../../core/ports/broker/consumer.js';

import { type HeldBatch, LeasedDelivery } from './leased-delivery.js';

/** What the lease-keeper knows of a consumer's renewals. */
export interface Renewals {
  /** when the last renewal of a batch that succeeded was sent, by the clock of leases; 0 = none did */
  renewedAt(sequence: number): number;
  hold(batches: readonly HeldBatch[]): void;
  end(sequence: number): void;
  /** one of a batch is to be renewed no more */
  abandon(sequence: number, index: number): void;
}

/** The deliveries that a consumer has out, and until when they are its own by its own clock. */
export class HeldLeases {
  readonly #batches = new Map<number, HeldBatch>();
  #count = 0;
  #suspects = 0;
  readonly #onRoom = new Set<() => void>();

  constructor(
    private readonly lease: number,
    private readonly renewals: Renewals | null,
    private readonly now: () => number,
  ) {}

  get count(): number {
    return this.#count;
  }

  get suspectHeld(): boolean {
    return this.#suspects > 0;
  }

  add(batches: readonly HeldBatch[]): void {
    for (const batch of batches) {
      this.#batches.set(batch.sequence, batch);
      this.#count += batch.open;
      if (batch.suspect) this.#suspects += 1;
    }
    this.renewals?.hold(batches);
  }

  at(sequence: number, index: number): LeasedDelivery | undefined {
    return this.#batches.get(sequence)?.deliveries[index];
  }

  /** It is no longer out: settled, released or lost. */
  drop(delivery: Delivery): void {
    if (!(delivery instanceof LeasedDelivery) || !delivery.open) return;
    delivery.open = false;
    const { batch } = delivery;
    if (!this.#batches.has(batch.sequence)) return;
    this.#count -= 1;
    batch.open -= 1;
    if (batch.open > 0) return;
    this.#batches.delete(batch.sequence);
    if (batch.suspect) this.#suspects -= 1;
    this.renewals?.end(batch.sequence);
    if (this.#count === 0) for (const callback of [...this.#onRoom]) callback();
  }

  /** It is given up unsettled: renewed any longer, it would run nowhere. */
  abandon(delivery: Delivery): void {
    if (delivery instanceof LeasedDelivery && delivery.open) {
      const { sequence, deliveries } = delivery.batch;
      this.renewals?.abandon(sequence, deliveries.indexOf(delivery));
    }
    this.drop(delivery);
  }

  holds(delivery: Delivery): boolean {
    if (!(delivery instanceof LeasedDelivery) || !delivery.open) return false;
    return this.now() < Math.max(delivery.extendedAt, this.#renewedAt(delivery.batch)) + this.lease;
  }

  /** Whether all that is out was taken or renewed since an instant. Without renewals there is nothing to wait for. */
  renewedSince(at: number): boolean {
    if (this.renewals === null) return true;
    for (const batch of this.#batches.values()) {
      if (this.#renewedAt(batch) < at) return false;
    }
    return true;
  }

  /** What is out beyond its local deadline although it should have been renewed. */
  late(): LeasedDelivery[] {
    if (this.renewals === null) return [];
    const late: LeasedDelivery[] = [];
    for (const batch of this.#batches.values()) {
      if (this.now() < this.#renewedAt(batch) + this.lease) continue;
      for (const delivery of batch.deliveries) if (delivery.open && !delivery.settling && !this.holds(delivery)) late.push(delivery);
    }
    return late;
  }

  #renewedAt(batch: HeldBatch): number {
    return Math.max(batch.sentAt, this.renewals?.renewedAt(batch.sequence) ?? 0);
  }

  /** Ends waits under way. */
  close(): void {
    for (const callback of [...this.#onRoom]) callback();
  }

  /** Resolves when nothing is out any more, after `timeout` ms, or when the signal is aborted. */
  async none(timeout: number, signal: AbortSignal): Promise<void> {
    if (this.#count === 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#onRoom.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeout);
      signal.addEventListener('abort', done, { once: true });
      this.#onRoom.add(done);
    });
  }
}
