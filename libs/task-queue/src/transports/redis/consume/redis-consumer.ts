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
import { HeldLeases } from '../../shared/leases/held-leases.js';
import type { LeaseKeeper } from '../../shared/leases/lease-keeper.js';
import { SettleQueue } from '../../shared/leases/settle-queue.js';
import { callStore } from '../connection/call-store.js';
import { RedisConnection } from '../connection/redis-connection.js';
import type { QueueKeys } from '../connection/redis-keys.js';
import type { RedisContext } from '../redis-context.js';
import { Receiver } from './receiver.js';
import { memberOf } from './redis-delivery.js';
import { readRevoked } from './settle-answer.js';
import type { EncodedBatch } from './settle-batch.js';
import { RedisSettleCalls } from './settle-calls.js';
import { WakeWaiter } from './wake-waiter.js';

/** One consumer: a receiver and a settle queue for each queue, around the leases that it holds. */
export class RedisConsumer implements Consumer {
  readonly #held: HeldLeases;
  readonly #receiver: Receiver;
  readonly #settling = new Map<string, SettleQueue<EncodedBatch>>();
  readonly #id = randomBytes(8).toString('hex');
  #closed = false;

  constructor(
    private readonly context: RedisContext,
    queues: readonly QueueKeys[],
    private readonly options: ConsumeOptions,
    keeper: LeaseKeeper | null,
  ) {
    const { setup, commands, leaseNow } = context;
    this.#held = new HeldLeases(options, keeper, {}, leaseNow, (some) => this.extend(some));
    const waiting = new RedisConnection('waiting', setup);
    waiting.open();
    const waiter = new WakeWaiter(waiting, commands, queues, (wake) => this.#receiver.ring([wake]));
    this.#receiver = new Receiver(context, queues, options, this.#id, this.#held, waiter);
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
    this.#receiver.subscribe([...new Set(queues)].map((queue) => this.context.keys.queue(queue)));
  }

  async settle(settlements: readonly Settlement[]): Promise<SettleReceipt[]> {
    const first = settlements[0]?.delivery.queue;
    if (first === undefined) return [];
    if (settlements.every(({ delivery }) => delivery.queue === first)) return this.#settleQueue(first).settle(settlements);
    const queues = [...new Set(settlements.map(({ delivery }) => delivery.queue))];
    const settle = async (queue: string): Promise<readonly [string, Iterator<SettleReceipt>]> => {
      const receipts = await this.#settleQueue(queue).settle(settlements.filter(({ delivery }) => delivery.queue === queue));
      return [queue, receipts.values()];
    };
    const byQueue = new Map(await Promise.all(queues.map(settle)));
    return settlements.map(({ delivery }) => byQueue.get(delivery.queue)!.next().value as SettleReceipt);
  }

  async extend(deliveries: readonly Delivery[]): Promise<ExtendReport> {
    const lost: Delivery[] = [];
    const revoked: RevokedDelivery[] = [];
    const { commands, keys, offset, leaseNow } = this.context;
    for (const queue of new Set(deliveries.map((one) => one.queue))) {
      for (const some of chunks(deliveries.filter((one) => one.queue === queue))) {
        const sentAt = leaseNow();
        const scriptKeys = [keys.queue(queue).leased, keys.revoked, keys.terminate];
        const args = [offset(), String(this.options.lease), ...some.map(memberOf)];
        const [flags, ...pairs] = (await callStore(commands, 'Renewing leases', 'extend', scriptKeys, args)) as [string, ...string[]];
        const gone = some.filter((_, at) => flags[at] === '1');
        this.#held.extended(some, gone, sentAt);
        lost.push(...gone);
        revoked.push(...readRevoked(pairs));
      }
    }
    return { lost, revoked };
  }

  holds(delivery: Delivery): boolean {
    return this.#held.holds(delivery);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const queue of this.#settling.values()) queue.close();
    this.#held.close();
    await this.#receiver.close();
  }

  #settleQueue(name: string): SettleQueue<EncodedBatch> {
    let queue = this.#settling.get(name);
    if (queue === undefined) {
      const { keys, options } = this.context;
      queue = new SettleQueue(new RedisSettleCalls(this.context, keys.queue(name), this.#id), this.#held, options.logger);
      this.#settling.set(name, queue);
    }
    return queue;
  }
}
