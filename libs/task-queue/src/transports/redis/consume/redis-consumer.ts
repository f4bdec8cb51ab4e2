import { randomBytes } from 'node:crypto';
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
import { callStore } from '../connection/call-store.js';
import type { KeeperSeat } from '../../shared/leases/keeper-seat.js';
import type { LeaseKeeper } from '../../shared/leases/lease-keeper.js';
import { HeldLeases } from '../../shared/leases/held-leases.js';
import { Receiver } from './receiver.js';
import { RedisConnection } from '../connection/redis-connection.js';
import type { RedisContext } from '../redis-context.js';
import type { LeasedDelivery } from '../../shared/leases/leased-delivery.js';
import { memberOf, RedisDelivery } from './redis-delivery.js';
import type { QueueKeys } from '../connection/redis-keys.js';
import { Settler } from './settler.js';
import { WakeWaiter } from './wake-waiter.js';

/** One consumer: puts the receiver, the settlers and the lease-keeper's seat together around the leases that it holds. */
export class RedisConsumer implements Consumer {
  readonly #held: HeldLeases;
  readonly #receiver: Receiver;
  readonly #settlers = new Map<string, Settler>();
  readonly #seat: KeeperSeat | null;
  readonly #id = randomBytes(8).toString('hex');
  readonly #closing = new AbortController();

  constructor(
    private readonly context: RedisContext,
    queues: readonly QueueKeys[],
    private readonly options: ConsumeOptions,
    keeper: LeaseKeeper | null,
  ) {
    this.#seat =
      keeper?.seat(
        {
          lease: options.lease,
          maxLoopBlock: options.maxLoopBlock,
          lost: (places) => this.#lost(places),
          revoked: (marks) => this.#revokedPlaces(marks),
        },
        { marks: [context.keys.revoked, context.keys.terminate] },
      ) ?? null;
    this.#held = new HeldLeases(options.lease, this.#seat, context.leaseNow);
    const waiting = new RedisConnection('waiting', context.setup);
    waiting.open();
    const waiter = new WakeWaiter(waiting, context.commands, queues, (wake) => this.#receiver.ring([wake]));
    this.#receiver = new Receiver(context, queues, options, this.#id, this.#held, waiter, () => this.#renewLate());
  }

  get lastReceiveAt(): number {
    return this.#receiver.lastReceiveAt;
  }

  receive(limit: number, signal: AbortSignal): Promise<Delivery[]> {
    return this.#receiver.receive(limit, signal);
  }

  async subscribe(queues: readonly string[]): Promise<void> {
    this.#receiver.subscribe([...new Set(queues)].map((queue) => this.context.keys.queue(queue)));
  }

  async settle(settlements: readonly Settlement[]): Promise<SettleReceipt[]> {
    const first = settlements[0]?.delivery.queue;
    if (first === undefined) return [];
    const fresh = settlements.filter(isFresh);
    if (fresh.length === settlements.length && settlements.every((one) => one.delivery.queue === first))
      return this.#settler(first).settle(settlements);
    const byQueue = new Map<string, Settlement[]>();
    for (const one of fresh) {
      const list = byQueue.get(one.delivery.queue);
      if (list === undefined) byQueue.set(one.delivery.queue, [one]);
      else list.push(one);
    }
    const settled = new Map<Settlement, SettleReceipt>();
    await Promise.all(
      [...byQueue].map(async ([queue, some]) => {
        const receipts = await this.#settler(queue).settle(some);
        receipts.forEach((receipt, at) => settled.set(some[at]!, receipt));
      }),
    );
    return settlements.map((one) => settled.get(one) ?? { id: one.delivery.id, accepted: false });
  }

  async extend(deliveries: readonly Delivery[]): Promise<ExtendReport> {
    const lost: Delivery[] = [];
    const revoked: RevokedDelivery[] = [];
    const { keys } = this.context;
    for (const queue of new Set(deliveries.map((one) => one.queue))) {
      for (const some of chunks(deliveries.filter((one) => one.queue === queue))) {
        const sentAt = this.context.leaseNow();
        const args = [this.context.offset(), String(this.options.lease), ...some.map(memberOf)];
        const answer = await callStore(
          this.context.commands,
          'Renewing leases',
          'extend',
          [keys.queue(queue).leased, keys.revoked, keys.terminate],
          args,
        );
        const [flags, ...pairs] = answer as string[];
        some.forEach((delivery, at) => {
          if (flags !== '' && flags![at] === '1') lost.push(delivery);
          else if (delivery instanceof RedisDelivery) delivery.extendedAt = sentAt;
        });
        revoked.push(...readPairs(pairs));
      }
    }
    for (const delivery of lost) this.#held.drop(delivery);
    return { lost, revoked };
  }

  holds(delivery: Delivery): boolean {
    return this.#held.holds(delivery);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    for (const settler of this.#settlers.values()) settler.close();
    this.#seat?.close();
    await this.#receiver.close();
  }

  #settler(queue: string): Settler {
    let settler = this.#settlers.get(queue);
    if (settler === undefined) {
      settler = new Settler(this.context, this.context.keys.queue(queue), this.#id, {
        holds: (settlement) => this.#held.holds(settlement.delivery),
        settled: ({ delivery }, good) => (good ? this.#held.drop(delivery) : this.#held.abandon(delivery)),
        revoked: (pairs) => this.options.events.revoked(readPairs(pairs)),
      });
      this.#settlers.set(queue, settler);
    }
    return settler;
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
    const lost = places
      .map(([sequence, index]) => this.#held.at(sequence, index))
      .filter((one) => one !== undefined && one.open && !one.settling);
    for (const delivery of lost) this.#held.drop(delivery!);
    if (lost.length > 0) this.options.events.lost(lost as LeasedDelivery[]);
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

/** A delivery is settled once; what is already settled, or being settled, is refused without asking. */
function isFresh({ delivery }: Settlement): boolean {
  if (!(delivery instanceof RedisDelivery)) return true;
  if (delivery.settling) return false;
  delivery.settling = true;
  return true;
}

function readPairs(pairs: readonly string[]): RevokedDelivery[] {
  const read: RevokedDelivery[] = [];
  for (let at = 0; at < pairs.length; at += 2) read.push({ id: pairs[at]!, terminate: pairs[at + 1] === '1' });
  return read;
}
