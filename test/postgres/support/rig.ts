import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { silentLogger } from '../../../libs/task-queue/src/core/ports/runtime/logger.js';
import { systemClock } from '../../../libs/task-queue/src/core/ports/runtime/clock.js';
import type { Broker } from '../../../libs/task-queue/src/core/ports/broker/broker.js';
import type { Consumer, Delivery } from '../../../libs/task-queue/src/core/ports/broker/consumer.js';
import type { Publication } from '../../../libs/task-queue/src/core/ports/broker/publication.js';
import type { CompleteTransport } from '../../../libs/task-queue/src/core/ports/broker/transport.js';
import type { PostgresBroker } from '../../../libs/task-queue/src/transports/postgres/postgres-broker.js';
import { openMigrated } from '../../conformance/postgres-schemas.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

export const never: AbortSignal = new AbortController().signal;

export function message(id: string, more: Partial<Publication> = {}): Publication {
  return { id, queue: 'work', body: `body of ${id}`, priority: 5, traced: false, ...more };
}

export const ack = (consumer: Consumer, deliveries: readonly Delivery[]) =>
  consumer.settle(deliveries.map((delivery) => ({ delivery, kind: 'ack', traced: false })));

/** One transport on a schema of its own, seen through a proxy where a test cuts it. */
export class Rig {
  readonly keyPrefix = `q_${randomUUID().slice(0, 8)}`;
  readonly #closings: (() => Promise<unknown>)[] = [];

  constructor(private readonly url: string) {}

  async broker(url = this.url): Promise<PostgresBroker> {
    return (await this.transport(url)).broker as PostgresBroker;
  }

  async transport(url = this.url): Promise<CompleteTransport> {
    const options = { dedupRetention: 200, revokesExpire: 60_000, deadLetterLimit: 100, connection: {}, timeOffset: () => 0 };
    const transport = openMigrated(url, { ...options, keyPrefix: this.keyPrefix, logger: silentLogger, clock: systemClock });
    this.#closings.push(() => transport.close());
    await transport.connect();
    return transport;
  }

  consumer(broker: Broker, maxWait = 20, queues: readonly string[] = ['work']): Promise<Consumer> {
    const events = { lost: () => {}, revoked: () => {} };
    return broker.consume(queues, { lease: 10_000, maxLoopBlock: 60_000, maxWait, events });
  }

  async client(): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: this.url });
    this.#closings.push(() => client.end());
    await client.connect();
    return client;
  }

  async proxy(): Promise<{ proxy: TcpProxy; url: string }> {
    const proxy = await TcpProxy.before(this.url);
    this.#closings.push(() => proxy.stop());
    const url = new URL(this.url);
    url.port = new URL(proxy.url).port;
    return { proxy, url: url.href };
  }

  async close(): Promise<void> {
    for (const close of this.#closings.toReversed()) await close();
  }
}
