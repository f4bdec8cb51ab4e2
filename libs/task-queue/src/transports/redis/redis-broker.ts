import type { Broker, RevokeOptions } from '../../core/ports/broker/broker.js';
import type { Publication, PublishOptions, PublishReceipt } from '../../core/ports/broker/publication.js';
import type { ConsumeOptions, Consumer } from '../../core/ports/broker/consumer.js';
import { checkInterval } from '../../core/ports/broker/rate-limit.js';
import { chunks } from '../../core/ports/stores/chunks.js';
import { callStore, unavailable } from './connection/call-store.js';
import { holdersOf, knownQueues } from './publish/known-queues.js';
import { LeaseKeeper } from '../shared/leases/lease-keeper.js';
import { RedisConsumer } from './consume/redis-consumer.js';
import type { RedisContext } from './redis-context.js';
import { RedisPublisher } from './publish/redis-publisher.js';
import { keeperThread } from './consume/keeper-thread.js';
import { redis } from './engine.js';
import { TransportPart, type Lifecycle } from '../shared/transport-part.js';

const WHAT = 'Revoking';
/** Lua unpacks a bounded number of values. */
const MOST_AT_ONCE = 500;

/** Publishes messages, creates consumers, and revokes. */
export class RedisBroker extends TransportPart implements Broker {
  readonly capabilities = { ...redis.capabilities };
  readonly #publisher: RedisPublisher;
  readonly #keeper: LeaseKeeper;
  readonly #consumers = new Set<RedisConsumer>();
  #stopped = false;

  constructor(
    private readonly context: RedisContext,
    lifecycle: Lifecycle,
  ) {
    super(lifecycle);
    this.#publisher = new RedisPublisher(context);
    this.#keeper = new LeaseKeeper(keeperThread(context), context.options.timeOffset, context.options.logger);
  }

  publish(publications: readonly Publication[], options: PublishOptions): Promise<PublishReceipt[]> {
    return this.#publisher.publish(publications, options.timeout);
  }

  async consume(queues: readonly string[], options: ConsumeOptions): Promise<Consumer> {
    const renew = options.renew ?? true;
    if (renew) await this.#keeper.start();
    if (this.#stopped) throw unavailable('Consuming', null);
    const keys = queues.map((queue) => this.context.keys.queue(queue));
    const consumer = new RedisConsumer(this.context, keys, options, renew ? this.#keeper : null);
    this.#consumers.add(consumer);
    return consumer;
  }

  async revoke(ids: readonly string[], { terminate }: RevokeOptions): Promise<void> {
    const { commands, keys, options } = this.context;
    const head = [this.context.offset(), String(options.revokesExpire), terminate ? '1' : '0'];
    for (const some of chunks(ids)) await callStore(commands, WHAT, 'revokeMark', [keys.revoked, keys.terminate], [...head, ...some]);
    // Marked first, so that a worker which receives a message before it is moved to the front sees the mark.
    for (const [queue, held] of await holdersOf(this.context, WHAT, ids)) await this.#bringForward(keys.queue(queue).base, held);
  }

  /** The last ids first: they are most likely near the end of the queue. A call answers how many ids it did not come to (rule 33). */
  async #bringForward(queue: string, ids: readonly string[]): Promise<void> {
    const { commands, keys } = this.context;
    for (let left = ids.length; left > 0;) {
      const from = Math.max(0, left - MOST_AT_ONCE);
      left = from + Number(await callStore(commands, WHAT, 'revokeFront', [queue, keys.revoked], ids.slice(from, left)));
    }
  }

  async setRate(key: string, intervalMs: number | null): Promise<void> {
    if (intervalMs !== null) checkInterval(intervalMs);
    const { commands, keys } = this.context;
    await callStore(commands, 'Setting a rate', 'setRate', [keys.limits], [key, intervalMs === null ? '' : String(intervalMs)]);
    for (const some of chunks(await knownQueues(this.context, 'Setting a rate'))) {
      const wakes = some.map((queue) => keys.queue(queue).wake);
      await callStore(commands, 'Setting a rate', 'rearm', wakes, []);
    }
  }

  /** Closes the consumers and the lease keeper. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#consumers].map((consumer) => consumer.close()));
    this.#consumers.clear();
    await this.#keeper.close();
  }
}
