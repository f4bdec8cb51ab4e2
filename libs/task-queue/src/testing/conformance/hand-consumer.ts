import type { Consumer, ConsumerEvents, Delivery, RevokedDelivery, Settlement, SettlementKind } from '../../core/ports/broker/consumer.js';

export const LEASE = 10_000;

type Extras = Pick<Settlement, 'publish' | 'result' | 'arrivals'>;

/** A consumer that the test steps by hand. It renews nothing by itself and records its events. */
export class HandConsumer {
  consumer!: Consumer;
  readonly lost: string[] = [];
  readonly revoked: RevokedDelivery[] = [];
  readonly events: ConsumerEvents = {
    lost: (deliveries) => this.lost.push(...deliveries.map(({ id }) => id)),
    revoked: (revoked) => this.revoked.push(...revoked),
  };

  take(limit = 100): Promise<Delivery[]> {
    return this.consumer.receive(limit, new AbortController().signal);
  }

  async takeIds(limit = 100): Promise<string[]> {
    return (await this.take(limit)).map(({ id }) => id);
  }

  async takeOne(): Promise<Delivery> {
    const [delivery] = await this.take(1);
    if (!delivery) throw new Error('There was nothing to receive.');
    return delivery;
  }

  /** Receives and acknowledges until the queue is empty. Each batch is acknowledged, so that no suspect is held back. */
  async drain(limit = 100): Promise<Delivery[]> {
    const all: Delivery[] = [];
    for (let batch = await this.take(limit); batch.length > 0; batch = await this.take(limit)) {
      all.push(...batch);
      await this.ack(...batch);
    }
    return all;
  }

  /** Receives and acknowledges one batch. @returns its ids */
  async drainOnce(): Promise<string[]> {
    const batch = await this.take();
    await this.ack(...batch);
    return batch.map(({ id }) => id);
  }

  ack(...deliveries: readonly Delivery[]): Promise<boolean[]> {
    return this.settle(...deliveries.map((delivery) => as(delivery, ack())));
  }

  async settle(...settlements: readonly Settlement[]): Promise<boolean[]> {
    return (await this.consumer.settle(settlements)).map(({ accepted }) => accepted);
  }
}

/** Builds a settlement of this delivery. */
export function as(delivery: Delivery, kind: SettlementKind, extras: Extras = {}): Settlement {
  return { delivery, ...extras, ...kind };
}

export function ack(traced = false): SettlementKind {
  return { kind: 'ack', traced };
}

export function release(delay = 0, charge = false): SettlementKind {
  return { kind: 'release', delay, charge };
}

export function deadLetter(traced = false): SettlementKind {
  return { kind: 'deadLetter', reason: 'worker_lost', detail: 'five times', attempts: [], traced };
}

export function retry(body = 'again', delay = 0, priority = 5): SettlementKind {
  return { kind: 'retry', body, priority, due: { delay } };
}
