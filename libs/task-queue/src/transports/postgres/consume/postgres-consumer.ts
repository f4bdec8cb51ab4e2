import type {
  ConsumeOptions,
  Consumer,
  Delivery,
  ExtendReport,
  RevokedDelivery,
  Settlement,
  SettleReceipt,
} from '../../../core/ports/broker/consumer.js';
import { chunks } from '../../../core/ports/stores/chunks.js';
import { HeldLeases } from '../../shared/leases/held-leases.js';
import type { LeaseKeeper } from '../../shared/leases/lease-keeper.js';
import { SettleQueue } from '../../shared/leases/settle-queue.js';
import { randomOwner } from '../connection/call-numbers.js';
import { callStore } from '../connection/call-store.js';
import { fromStored } from '../connection/stored-text.js';
import type { PostgresContext } from '../postgres-context.js';
import { PostgresDelivery } from './postgres-delivery.js';
import { Receiver } from './receiver.js';
import type { SettleBatch } from './settle-batch.js';
import { PostgresSettleCalls } from './settle-calls.js';
import type { WorkNotes } from './work-notes.js';

interface ExtendRow {
  /** of a claim */
  readonly number: string;
  /** null: the claim is gone; else the place of a message that bears a revoke mark */
  readonly ordinal: number | null;
  readonly id: string;
  readonly terminate: boolean;
}

/** One consumer: a receiver and a settle queue around the leases that it holds. */
export class PostgresConsumer implements Consumer {
  readonly #owner = randomOwner();
  readonly #held: HeldLeases;
  readonly #receiver: Receiver;
  readonly #settling: SettleQueue<SettleBatch>;
  #closing: Promise<void> | null = null;

  constructor(
    private readonly context: PostgresContext,
    queues: readonly string[],
    private readonly options: ConsumeOptions,
    notes: WorkNotes,
    keeper: LeaseKeeper | null,
  ) {
    this.#held = new HeldLeases(options, keeper, { owner: this.#owner }, context.leaseNow, (some) => this.extend(some));
    this.#receiver = new Receiver(context, [...new Set(queues)], options, this.#owner, this.#held, notes);
    const calls = new PostgresSettleCalls(context, this.#owner, () => this.#receiver.lookFromStart());
    this.#settling = new SettleQueue(calls, this.#held, context.options.logger);
  }

  get lastReceiveAt(): number {
    return this.#receiver.lastReceiveAt;
  }

  get renewing(): boolean {
    return this.#held.kept;
  }

  receive(limit: number, signal: AbortSignal): Promise<Delivery[]> {
    return this.#receiver.receive(limit, signal);
  }

  async subscribe(queues: readonly string[]): Promise<void> {
    await this.#receiver.subscribe([...new Set(queues)]);
  }

  settle(settlements: readonly Settlement[]): Promise<SettleReceipt[]> {
    return this.#settling.settle(settlements);
  }

  async extend(deliveries: readonly Delivery[]): Promise<ExtendReport> {
    const open = deliveries.filter((one): one is PostgresDelivery => one instanceof PostgresDelivery && one.open);
    const gone = new Set<string>();
    const revoked = new Map<string, RevokedDelivery>();
    const sentAt = this.context.leaseNow();
    for (const numbers of chunks([...new Set(open.map(({ claim }) => claim.number))])) {
      for (const row of await this.#extend(numbers)) {
        if (row.ordinal === null) gone.add(row.number);
        else revoked.set(fromStored(row.id), { id: fromStored(row.id), terminate: row.terminate });
      }
    }
    const kept = new Set<Delivery>(open.filter(({ claim }) => !gone.has(claim.number)));
    const lost = deliveries.filter((one) => !kept.has(one));
    this.#held.extended([...kept], lost, sentAt);
    return { lost, revoked: Array.from(kept, ({ id }) => revoked.get(id)).filter((one) => one !== undefined) };
  }

  holds(delivery: Delivery): boolean {
    return this.#held.holds(delivery);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#settling.close();
    this.#held.close();
    await this.#receiver.close();
  }

  #extend(numbers: readonly string[]): Promise<ExtendRow[]> {
    const { connection, statements, shift } = this.context;
    return callStore<ExtendRow>(connection, 'Renewing leases', statements.extend, [this.#owner, numbers, this.options.lease, shift()]);
  }
}
