import type { ConsumeOptions, Delivery, ExtendReport, RevokedDelivery, Settlement } from '../../../core/ports/broker/consumer.js';
import type { KeeperSeat, Mark, Place } from './keeper-seat.js';
import type { LeaseKeeper } from './lease-keeper.js';
import { type HeldBatch, LeasedDelivery } from './leased-delivery.js';

/**
 * The leases of one consumer: which deliveries are out, until when they are its own by its own clock, and what the lease-keeper
 * reports about them. Losses and revocations reach the worker from here, each once.
 */
export class HeldLeases {
  readonly #seat: KeeperSeat | null;
  readonly #batches = new Map<number, HeldBatch>();
  readonly #onNone = new Set<() => void>();
  #count = 0;
  #suspects = 0;

  /**
   * @param keeper null = nothing renews
   * @param setting what the engine's thread must know about this consumer
   * @param now the clock of leases
   */
  constructor(
    private readonly options: ConsumeOptions,
    keeper: LeaseKeeper | null,
    setting: object,
    private readonly now: () => number,
  ) {
    const { lease, maxLoopBlock } = options;
    const lost = (places: readonly Place[]): void => this.#lost(places);
    const revoked = (marks: readonly Mark[]): void => this.#revoked(marks);
    this.#seat = keeper?.seat({ lease, maxLoopBlock, lost, revoked }, setting) ?? null;
  }

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
    this.#seat?.hold(batches);
  }

  holds(delivery: Delivery): boolean {
    if (!(delivery instanceof LeasedDelivery) || !delivery.open) return false;
    return this.now() < Math.max(delivery.extendedAt, this.#renewedAt(delivery.batch)) + this.options.lease;
  }

  /**
   * Marks deliveries as being settled. One that is already settled, being settled or lost is left out: it is refused without
   * asking the store. A delivery made by others (a copy) is not known here, and the store judges it.
   */
  beginSettling(settlements: readonly Settlement[]): readonly Settlement[] {
    return settlements.filter(({ delivery }) => {
      if (!(delivery instanceof LeasedDelivery)) return true;
      if (!delivery.open || delivery.settling) return false;
      delivery.settling = true;
      return true;
    });
  }

  /** The fate of a settlement is known. A delivery that stays unsettled is no longer renewed: it would run nowhere. */
  settled(delivery: Delivery, accepted: boolean): void {
    if (!accepted && delivery instanceof LeasedDelivery && delivery.open) {
      const { sequence, deliveries } = delivery.batch;
      this.#seat?.abandon(sequence, deliveries.indexOf(delivery));
    }
    this.#drop(delivery);
  }

  /** Notes what a renewal answered. */
  extended(deliveries: readonly Delivery[], lost: readonly Delivery[], sentAt: number): void {
    for (const delivery of lost) this.#drop(delivery);
    for (const delivery of deliveries) if (delivery instanceof LeasedDelivery && delivery.open) delivery.extendedAt = sentAt;
  }

  /**
   * Renews what is out beyond its local deadline: the loop or the process stood still. Called before leases of others are swept,
   * which would take our own as well.
   */
  async renewLate(extend: (late: readonly Delivery[]) => Promise<ExtendReport>): Promise<void> {
    const late = this.#late();
    if (late.length === 0) return;
    const { lost, revoked } = await extend(late);
    if (lost.length > 0) this.options.events.lost(lost);
    this.tellRevoked(revoked);
  }

  tellRevoked(revoked: readonly RevokedDelivery[]): void {
    if (revoked.length > 0) this.options.events.revoked(revoked);
  }

  /** Whether everything that is out was received or renewed since an instant. Without renewals there is nothing to wait for. */
  renewedSince(at: number): boolean {
    if (this.#seat === null) return true;
    for (const batch of this.#batches.values()) if (this.#renewedAt(batch) < at) return false;
    return true;
  }

  /** Resolves when nothing is out any more, after `timeout` ms, or when the signal is aborted. */
  async none(timeout: number, signal: AbortSignal): Promise<void> {
    if (this.#count === 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#onNone.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeout);
      signal.addEventListener('abort', done, { once: true });
      this.#onNone.add(done);
    });
  }

  /** Stops renewing, and ends waits. */
  close(): void {
    this.#seat?.close();
    this.#endWaits();
  }

  #drop(delivery: Delivery): void {
    if (!(delivery instanceof LeasedDelivery) || !delivery.open) return;
    delivery.open = false;
    const { batch } = delivery;
    if (!this.#batches.has(batch.sequence)) return;
    this.#count -= 1;
    batch.open -= 1;
    if (batch.open > 0) return;
    this.#batches.delete(batch.sequence);
    if (batch.suspect) this.#suspects -= 1;
    this.#seat?.end(batch.sequence);
    if (this.#count === 0) this.#endWaits();
  }

  #endWaits(): void {
    for (const end of [...this.#onNone]) end();
  }

  #late(): Delivery[] {
    if (this.#seat === null) return [];
    const late: Delivery[] = [];
    for (const batch of this.#batches.values()) {
      if (this.now() < this.#renewedAt(batch) + this.options.lease) continue;
      for (const delivery of batch.deliveries) if (delivery.open && !delivery.settling && !this.holds(delivery)) late.push(delivery);
    }
    return late;
  }

  #renewedAt(batch: HeldBatch): number {
    return Math.max(batch.sentAt, this.#seat?.renewedAt(batch.sequence) ?? 0);
  }

  #at(sequence: number, index: number): LeasedDelivery | undefined {
    return this.#batches.get(sequence)?.deliveries[index];
  }

  #lost(places: readonly Place[]): void {
    const found = places.map(([sequence, index]) => this.#at(sequence, index));
    const lost = found.filter((one): one is LeasedDelivery => one !== undefined && one.open && !one.settling);
    for (const delivery of lost) this.#drop(delivery);
    if (lost.length > 0) this.options.events.lost(lost);
  }

  #revoked(marks: readonly Mark[]): void {
    const fresh: RevokedDelivery[] = [];
    for (const [sequence, index, terminate] of marks) {
      const delivery = this.#at(sequence, index);
      const level = terminate ? 2 : 1;
      if (delivery === undefined || !delivery.open || delivery.reported >= level) continue;
      delivery.reported = level;
      fresh.push({ id: delivery.id, terminate });
    }
    this.tellRevoked(fresh);
  }
}
