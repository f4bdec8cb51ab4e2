import { describe, expect, it } from '@jest/globals';
import { BrokerUnavailableError } from '../../errors/publish-errors.js';
import type { TaskResultRecord } from '../../message/task-result.js';
import { silentLogger } from '../../ports/runtime/logger.js';
import type { Broker } from '../../ports/broker/broker.js';
import type { Clock } from '../../ports/runtime/clock.js';
import type { Consumer, Delivery, Settlement } from '../../ports/broker/consumer.js';
import type { ResultBackend } from '../../ports/stores/result-backend.js';
import { SettleDeliveries } from './settle-deliveries.js';

const delivery = (id: string): Delivery => ({ id, queue: 'q', priority: 5, token: 't', body: '', lostLeases: 0, revoked: false });

const done = (id: string): Settlement => ({
  delivery: delivery(id),
  kind: 'ack',
  traced: false,
  result: { expires: 1_000, record: { id, state: 'SUCCESS', retries: 0, at: 0 } },
});

/** Timers that fire at once. */
const clock: Clock = { now: () => 0, timer: (_delay, callback) => (queueMicrotask(callback), { clear: () => undefined }) };

function setUp(options: { resultsApart: boolean; held?: (id: string) => boolean; failures?: number }) {
  const log: string[] = [];
  let failures = options.failures ?? 0;
  const consumer = {
    holds: (one: Delivery) => options.held?.(one.id) ?? true,
    settle: async (settlements: readonly Settlement[]) => {
      if (failures-- > 0) throw new BrokerUnavailableError('Settling');
      const told = ({ delivery: { id }, result, kind }: Settlement) =>
        kind === 'release' ? `-${id}` : id + (result === undefined ? '' : '+result');
      log.push(`settle ${settlements.map(told).join(' ')}`);
      return settlements.map((one) => ({ id: one.delivery.id, accepted: true }));
    },
  } as unknown as Consumer;
  const results = {
    save: async (records: readonly TaskResultRecord[]) => {
      log.push(`save ${records.map((record) => record.id).join(' ')}`);
      return records.map(() => true);
    },
  } as unknown as ResultBackend;
  const pending: number[] = [];
  const settle = new SettleDeliveries({
    consumer,
    broker: {} as Broker,
    results,
    resultsApart: options.resultsApart,
    followUpsApart: false,
    publishTimeout: 1_000,
    logger: silentLogger,
    clock,
    onSettled: () => pending.push(settle.pending),
  });
  return { settle, log, pending };
}

describe('SettleDeliveries', () => {
  it('settles what ends in one turn of the event loop as one batch, with its results', async () => {
    const { settle, log, pending } = setUp({ resultsApart: false });
    settle.add(done('a'));
    await Promise.resolve();
    settle.add(done('b'));
    await settle.drain();
    expect(log).toEqual(['settle a+result b+result']);
    expect(pending).toEqual([0]); // told when there is room again
  });

  it('saves results in another store first, so that a crash between the two repeats the write and loses none', async () => {
    const { settle, log } = setUp({ resultsApart: true });
    settle.add(done('a'));
    await settle.drain();
    expect(log).toEqual(['save a', 'settle a']);
  });

  it('rule 13: saves nothing in another store for a lease that has run out by its local deadline, and gives it back', async () => {
    const { settle, log } = setUp({ resultsApart: true, held: (id) => id !== 'late' });
    settle.add(done('late'));
    settle.add(done('a'));
    await settle.drain();
    expect(log).toEqual(['save a', 'settle a -late']);
  });

  it('tries again while the broker is away, for as long as the leases hold', async () => {
    const { settle, log } = setUp({ resultsApart: false, failures: 3 });
    settle.add(done('a'));
    await settle.drain();
    expect(log).toEqual(['settle a+result']);
  });

  it('gives up what is no longer held: it runs again elsewhere', async () => {
    let held = true;
    const { settle, log } = setUp({ resultsApart: false, failures: 1, held: () => held });
    settle.add(done('a'));
    held = false;
    await settle.drain();
    expect([log, settle.pending]).toEqual([[], 0]);
  });
});
