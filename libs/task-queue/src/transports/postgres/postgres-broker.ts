import type { Broker, RevokeOptions } from '../../core/ports/broker/broker.js';
import type { Publication, PublishOptions, PublishReceipt } from '../../core/ports/broker/publication.js';
import type { ConsumeOptions, Consumer } from '../../core/ports/broker/consumer.js';
import { checkInterval } from '../../core/ports/broker/rate-limit.js';
import { LeaseKeeper } from '../shared/leases/lease-keeper.js';
import { chunks } from '../../core/ports/stores/chunks.js';
import { callStore } from './connection/call-store.js';
import { keeperThread } from './consume/keeper-thread.js';
import { PostgresConsumer } from './consume/postgres-consumer.js';
import type { PostgresContext } from './postgres-context.js';
import { PostgresPublisher } from './publish/postgres-publisher.js';
import { PublishWithin } from './publish/publish-within.js';
import { toStored } from './connection/stored-text.js';
import { WorkNotes } from './consume/work-notes.js';
import { postgres } from './engine.js';
import { TransportPart, type Lifecycle } from '../shared/transport-part.js';

const WHAT = 'Revoking';

/** Publishes messages, creates consumers, and revokes. */
export class PostgresBroker extends TransportPart implements Broker {
  readonly capabilities = { ...postgres.capabilities };
  readonly transactional: PublishWithin;
  readonly #publisher: PostgresPublisher;
  readonly #keeper: LeaseKeeper;
  readonly #notes: WorkNotes;
  readonly #consumers = new Set<PostgresConsumer>();

  constructor(
    private readonly context: PostgresContext,
    lifecycle: Lifecycle,
  ) {
    super(lifecycle);
    const { options, pruner, statements } = context;
    this.transactional = new PublishWithin(context);
    this.#publisher = new PostgresPublisher(context);
    this.#keeper = new LeaseKeeper(keeperThread(context), options.timeOffset, options.logger);
    this.#notes = new WorkNotes(context);
    pruner.add(statements.pruneTraces, statements.pruneRevoked, statements.pruneKeys, statements.pruneLeftKeys, statements.pruneCalls);
  }

  publish(publications: readonly Publication[], options: PublishOptions): Promise<PublishReceipt[]> {
    return this.#publisher.publish(publications, options);
  }

  async consume(queues: readonly string[], options: ConsumeOptions): Promise<Consumer> {
    const renew = options.renew ?? true;
    if (renew) await this.#keeper.start();
    await this.#notes.open();
    const consumer = new PostgresConsumer(this.context, queues, options, this.#notes, renew ? this.#keeper : null);
    this.#consumers.add(consumer);
    return consumer;
  }

  async revoke(ids: readonly string[], { terminate }: RevokeOptions): Promise<void> {
    const { connection, statements, options, shift } = this.context;
    const stored = ids.map(toStored);
    for (const some of chunks(stored))
      await callStore(connection, WHAT, statements.revokeMark, [some, terminate, options.revokesExpire, shift()]);
    // Marked first, so that a worker which receives a message before it is moved to the front sees the mark.
    for (const some of chunks(stored)) await callStore(connection, WHAT, statements.revokeFront, [some, shift()]);
  }

  async setRate(key: string, intervalMs: number | null): Promise<void> {
    if (intervalMs !== null) checkInterval(intervalMs);
    const { connection, statements } = this.context;
    await callStore(connection, 'Setting a rate', statements.setRate, [toStored(key), intervalMs]);
  }

  /** Closes the consumers and the lease keeper. */
  async stop(): Promise<void> {
    await Promise.all(Array.from(this.#consumers, (consumer) => consumer.close()));
    this.#consumers.clear();
    await this.#notes.close();
    await this.#keeper.close();
  }
}
