import type { ConsumeOptions, Delivery, ExtendReport, RevokedDelivery, Settlement } from '../../../core/ports/broker/consumer.js';
import { monotonic } from '../monotonic.js';
import type { KeeperSeat, Mark, Place } from './keeper-seat.js';
import type { LeaseKeeper } from './lease-keeper.js';
import { type HeldBatch, LeasedDelivery } from './leased-delivery.js';

/** parts of a lease: how old a renewal may get until the main connection renews, and how often that is looked at */
const OVERDUE = { whileKept: 2 / 3, whileNot: 1 / 3, looks: 1 / 6 };

/**
 * The leases of one consumer: which deliveries are out, until when they are its own by its own clock, and what the lease-keeper
 * reports about them. Losses and revocations reach the worker from here, each once.
 */
export class HeldLeases {
  readonly #seat: KeeperSeat | null;
  readonly #batches = new Map<number, HeldBatch>();
  readonly #onNone = new Set<() => void>();
  readonly #watch: NodeJS.Timeout | undefined;
  #renewing = false;
  /** monotonic ms of the last look at what is overdue */
  #lookedAt = monotonic();
  #count = 0;
  #suspects = 0;

  /**
   * @param keeper null = nothing renews
   * @param setting what the engine's thread must know about this consumer
   * @param now the clock of leases
   * @param extend renews by the main connection
   */
  constructor(
    private readonly options: ConsumeOptions,
    private readonly keeper: LeaseKeeper | null,
    setting: object,
    private readonly now: () => number,
    private readonly extend: (deliveries: readonly Delivery[]) => Promise<ExtendReport>,
  ) {
    const { lease, maxLoopBlock } = options;
    const lost = (places: readonly Place[]): void => this.#lost(places);
    const revoked = (marks: readonly Mark[]): void => this.#revoked(marks);
    this.#seat = keeper?.seat({ lease, maxLoopBlock, lost, revoked }, setting) ?? null;
    if (keeper !== null) this.#watch = setInterval(() => void this.#renewOverdue(), lease * OVERDUE.looks).unref();
  }

  /** false: the keeper cannot renew, so nothing may be received (rule 30) */
  get kept(): boolean {
    return this.keeper === null || this.keeper.state.failure === null;
  }

  /** Resolves when the keeper can renew, after `timeout` ms, or when the signal is aborted. */
  async untilKept(timeout: number, signal: AbortSignal): Promise<void> {
    await this.keeper?.state.sound(timeout, signal);
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
  async renewLate(): Promise<void> {
    await this.#renew(this.#olderThan(this.options.lease));
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
    clearInterval(this.#watch);
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

  /** Renews by the main connection what the keeper should have renewed before. After the loop stood still, the keeper goes first. */
  async #renewOverdue(): Promise<void> {
    const { lease } = this.options;
    const since = this.#lookedAt;
    this.#lookedAt = monotonic();
    if (this.#renewing || this.#count === 0 || this.#lookedAt - since > 2 * lease * OVERDUE.looks) return;
    this.#renewing = true;
    try {
      await this.#renew(this.#olderThan(lease * (this.kept ? OVERDUE.whileKept : OVERDUE.whileNot)));
    } catch {
      // The store cannot be reached: the next look tries again.
    } finally {
      this.#renewing = false;
    }
  }

  async #renew(deliveries: readonly LeasedDelivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    const report = await this.extend(deliveries);
    const lost = report.lost.filter((one) => one instanceof LeasedDelivery && !one.settling);
    if (lost.length > 0) this.options.events.lost(lost);
    const marks = new Map(report.revoked.map(({ id, terminate }) => [id, terminate]));
    this.tellRevoked(deliveries.flatMap((one) => fresh(one, marks.get(one.id))));
  }

  /** What is out and was not renewed for so many ms. */
  #olderThan(age: number): LeasedDelivery[] {
    if (this.#seat === null) return [];
    const latest = this.now() - age;
    const old: LeasedDelivery[] = [];
    for (const batch of this.#batches.values()) {
      if (this.#renewedAt(batch) > latest) continue;
      for (const one of batch.deliveries) if (one.open && !one.settling && one.extendedAt <= latest) old.push(one);
    }
    return old;
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
    this.tellRevoked(marks.flatMap(([sequence, index, terminate]) => fresh(this.#at(sequence, index), terminate)));
  }
}

/** A revocation that the worker does not know yet. @param terminate undefined = it is not revoked */
function fresh(delivery: LeasedDelivery | undefined, terminate: boolean | undefined): readonly RevokedDelivery[] {
  if (delivery === undefined || terminate === undefined || !delivery.open) return NONE;
  const level = terminate ? 2 : 1;
  if (delivery.reported >= level) return NONE;
  delivery.reported = level;
  return [{ id: delivery.id, terminate }];
}

const NONE: readonly RevokedDelivery[] = [];
