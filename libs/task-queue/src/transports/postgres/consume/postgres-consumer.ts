import type {
  ConsumeOptions,
  Consumer,
  Delivery,
  ExtendReport,
  RevokedDelivery,
  Settlement,
  SettleReceipt,
} from '../../../core/ports/broker/consumer.js';
import { HeldLeases } from '../../shared/leases/held-leases.js';
import type { KeeperSeat } from '../../shared/leases/keeper-seat.js';
import type { LeaseKeeper } from '../../shared/leases/lease-keeper.js';
import type { LeasedDelivery } from '../../shared/leases/leased-delivery.js';
import { chunks } from '../../../core/ports/stores/chunks.js';
import { callStore } from '../connection/call-store.js';
import { randomOwner } from '../connection/call-numbers.js';
import type { PostgresContext } from '../postgres-context.js';
import { PostgresDelivery } from './postgres-delivery.js';
import { Receiver } from './receiver.js';
import { Settler } from './settler.js';
import { fromStored } from '../connection/stored-text.js';
import type { WorkNotes } from './work-notes.js';

interface ExtendRow {
  /** of a claim */
  readonly number: string;
  /** null: the claim is gone; else the place of what bears a revoke mark */
  readonly ordinal: number | null;
  readonly id: string;
  readonly terminate: boolean;
}

/** One consumer: puts the receiver, the settler and the lease-keeper's seat together around the leases that it holds. */
export class PostgresConsumer implements Consumer {
  readonly #owner = randomOwner();
  readonly #held: HeldLeases;
  readonly #receiver: Receiver;
  readonly #settler: Settler;
  readonly #seat: KeeperSeat | null;
  #closing: Promise<void> | null = null;

  constructor(
    private readonly context: PostgresContext,
    queues: readonly string[],
    private readonly options: ConsumeOptions,
    notes: WorkNotes,
    keeper: LeaseKeeper | null,
  ) {
    const { lease, maxLoopBlock } = options;
    const lost: KeeperSeat['options']['lost'] = (places) => this.#lost(places);
    const revoked: KeeperSeat['options']['revoked'] = (marks) => this.#revokedPlaces(marks);
    this.#seat = keeper?.seat({ lease, maxLoopBlock, lost, revoked }, { owner: this.#owner }) ?? null;
    this.#held = new HeldLeases(lease, this.#seat, context.leaseNow);
    this.#receiver = new Receiver(context, [...new Set(queues)], options, this.#owner, this.#held, notes, () => this.#renewLate());
    this.#settler = new Settler(context, this.#owner, {
      holds: ({ delivery }) => this.#held.holds(delivery),
      settled: ({ delivery }, accepted) => (accepted ? this.#held.drop(delivery) : this.#held.abandon(delivery)),
      gaveBack: () => this.#receiver.lookAnew(),
      revoked: (news) => options.events.revoked(news),
    });
  }

  get lastReceiveAt(): number {
    return this.#receiver.lastReceiveAt;
  }

  receive(limit: number, signal: AbortSignal): Promise<Delivery[]> {
    return this.#receiver.receive(limit, signal);
  }

  async subscribe(queues: readonly string[]): Promise<void> {
    await this.#receiver.subscribe([...new Set(queues)]);
  }

  async settle(settlements: readonly Settlement[]): Promise<SettleReceipt[]> {
    const fresh = settlements.filter(isFresh);
    if (fresh.length === 0) return settlements.map(({ delivery }) => ({ id: delivery.id, accepted: false }));
    const receipts = await this.#settler.settle(fresh);
    if (fresh.length === settlements.length) return receipts;
    const settled = new Map(fresh.map((one, at) => [one, receipts[at]!]));
    return settlements.map((one) => settled.get(one) ?? { id: one.delivery.id, accepted: false });
  }

  async extend(deliveries: readonly Delivery[]): Promise<ExtendReport> {
    const open = deliveries.filter((one) => one instanceof PostgresDelivery && one.open) as PostgresDelivery[];
    const gone = new Set<string>();
    const revoked = new Map<string, RevokedDelivery>();
    const sentAt = this.context.leaseNow();
    for (const numbers of chunks([...new Set(open.map(({ claim }) => claim.number))])) {
      for (const row of await this.#extend(numbers)) {
        if (row.ordinal === null) gone.add(row.number);
        else revoked.set(row.id, { id: fromStored(row.id), terminate: row.terminate });
      }
    }
    const kept = new Set<Delivery>(open.filter(({ claim }) => !gone.has(claim.number)));
    for (const delivery of kept) (delivery as PostgresDelivery).extendedAt = sentAt;
    const lost = deliveries.filter((one) => !kept.has(one));
    for (const delivery of lost) this.#held.drop(delivery);
    const asked = new Set(Array.from(kept, ({ id }) => id));
    return { lost, revoked: [...revoked.values()].filter(({ id }) => asked.has(id)) };
  }

  holds(delivery: Delivery): boolean {
    return this.#held.holds(delivery);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#settler.close();
    this.#seat?.close();
    await this.#receiver.close();
  }

  #extend(numbers: readonly string[]): Promise<ExtendRow[]> {
    const { connection, statements, shift } = this.context;
    return callStore<ExtendRow>(connection, 'Renewing leases', statements.extend, [this.#owner, numbers, this.options.lease, shift()]);
  }

  /** Before leases of others are swept: the loop or the process stood still, and our own ran out meanwhile. */
  async #renewLate(): Promise<void> {
    const late = this.#held.late();
    if (late.length === 0) return;
    const { lost, revoked } = await this.extend(late);
    if (lost.length > 0) this.options.events.lost(lost);
    if (revoked.length > 0) this.options.events.revoked(revoked);
  }

  #lost(places: readonly (readonly [sequence: number, index: number])[]): void {
    const found = places.map(([sequence, index]) => this.#held.at(sequence, index));
    const lost = found.filter((one): one is LeasedDelivery => one !== undefined && one.open && !one.settling);
    for (const delivery of lost) this.#held.drop(delivery);
    if (lost.length > 0) this.options.events.lost(lost);
  }

  #revokedPlaces(marks: readonly (readonly [sequence: number, index: number, terminate: boolean])[]): void {
    const news: RevokedDelivery[] = [];
    for (const [sequence, index, terminate] of marks) {
      const delivery = this.#held.at(sequence, index);
      const level = terminate ? 2 : 1;
      if (delivery === undefined || !delivery.open || delivery.told >= level) continue;
      delivery.told = level;
      news.push({ id: delivery.id, terminate });
    }
    if (news.length > 0) this.options.events.revoked(news);
  }
}

/** A delivery is settled once; what is already settled, lost or being settled is refused without asking, and so is what was never handed out. */
function isFresh({ delivery }: Settlement): boolean {
  if (!(delivery instanceof PostgresDelivery) || !delivery.open || delivery.settling) return false;
  delivery.settling = true;
  return true;
}
