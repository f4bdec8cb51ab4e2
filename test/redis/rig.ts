import { Redis } from 'ioredis';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import type { ConsumeOptions, Consumer, Delivery, SettlementKind } from '../../libs/task-queue/src/core/ports/broker/consumer.js';
import type { LogFields } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import type { Publication } from '../../libs/task-queue/src/core/ports/broker/publication.js';
import type { CompleteTransport, TransportOptions } from '../../libs/task-queue/src/core/ports/broker/transport.js';
import { open } from '../../libs/task-queue/src/transports/redis/index.js';
import { redisUrl, uniquePrefix } from '../support/services.js';

export const QUEUE = 'work';
export const LEASE = 10_000;
/** longer than rule 8's five seconds */
export const SEASONED = 5_001;

/** A store of one test, transports on it, and a plain client to look at it. */
export class Rig {
  readonly prefix = uniquePrefix('redis');
  readonly admin: Redis;
  readonly logged: { readonly message: string; readonly fields?: LogFields }[] = [];
  shift = 0;
  readonly #transports: CompleteTransport[] = [];

  constructor(readonly url = redisUrl()) {
    this.admin = new Redis(url);
  }

  transport(url = this.url, options: Partial<TransportOptions> = {}): CompleteTransport {
    const log = (message: string, fields?: LogFields): void => void this.logged.push({ message, fields });
    const transport = open(url, {
      keyPrefix: this.prefix,
      dedupRetention: 60_000,
      deadLetterLimit: 10_000,
      revokesExpire: 60_000,
      connection: { connectionName: this.prefix },
      logger: { debug: log, info: log, warn: log, error: log },
      clock: systemClock,
      timeOffset: () => this.shift,
      ...options,
    });
    this.#transports.push(transport);
    return transport;
  }

  async connected(url?: string, options?: Partial<TransportOptions>): Promise<CompleteTransport> {
    const transport = this.transport(url, options);
    await transport.connect();
    return transport;
  }

  key(name: string, queue = QUEUE): string {
    return `${this.prefix}:{${queue}}:${name}`;
  }

  async close(): Promise<void> {
    for (const transport of this.#transports) await transport.close();
    const keys = await this.admin.keys(`${this.prefix}:*`);
    if (keys.length > 0) await this.admin.unlink(...keys);
    this.admin.disconnect();
  }
}

export function message(id: string, more: Partial<Publication> = {}): Publication {
  return { id, queue: QUEUE, body: `body of ${id}`, priority: 5, traced: false, ...more };
}

export function consume(
  transport: CompleteTransport,
  more: Partial<ConsumeOptions> = {},
  queues: readonly string[] = [QUEUE],
): Promise<Consumer> {
  const events = { lost() {}, revoked() {} };
  return transport.broker.consume(queues, { lease: LEASE, renew: false, maxLoopBlock: 60_000, maxWait: 20, events, ...more });
}

/** A consumer that has just met more than plain messages: its receives are one call, of the full script. */
export async function consumeAnything(transport: CompleteTransport, more: Partial<ConsumeOptions> = {}): Promise<Consumer> {
  const consumer = await consume(transport, more);
  await transport.broker.publish([message('urgent', { priority: 9 })], { timeout: 5_000 });
  await settleAll(consumer, await consumer.receive(1, never()));
  return consumer;
}

export function never(): AbortSignal {
  return new AbortController().signal;
}

export async function takeIds(consumer: Consumer, limit = 100): Promise<string[]> {
  return (await consumer.receive(limit, never())).map(({ id }) => id);
}

export async function settleAll(
  consumer: Consumer,
  deliveries: readonly Delivery[],
  kind: SettlementKind = { kind: 'ack', traced: false },
): Promise<boolean[]> {
  const receipts = await consumer.settle(deliveries.map((delivery) => ({ delivery, ...kind })));
  return receipts.map(({ accepted }) => accepted);
}

/** Resolves when so many consumers of the rig wait in blocking reads. */
export async function untilBlocked(rig: Rig, count: number): Promise<void> {
  for (;;) {
    const clients = String(await rig.admin.client('LIST')).split('\n');
    if (clients.filter((line) => line.includes(` name=${rig.prefix} `) && / flags=\w*b/.test(line)).length >= count) return;
  }
}

/** Runs a test on a rig of its own. */
export function rigged(body: (rig: Rig) => Promise<void>, url?: () => string): () => Promise<void> {
  return async () => {
    const rig = new Rig(url?.());
    try {
      await body(rig);
    } finally {
      await rig.close();
    }
  };
}
