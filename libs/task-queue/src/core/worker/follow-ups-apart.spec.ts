import { describe, expect, it } from '@jest/globals';
import { BrokerUnavailableError } from '../errors/publish-errors.js';
import type { Broker } from '../ports/broker/broker.js';
import type { Consumer, Delivery, Settlement } from '../ports/broker/consumer.js';
import type { Publication } from '../ports/broker/publication.js';
import type { ResultBackend } from '../ports/stores/result-backend.js';
import { silentLogger } from '../ports/runtime/logger.js';
import { systemClock } from '../ports/runtime/clock.js';
import { SettleDeliveries } from './settle/settle-deliveries.js';

const delivery = (id: string) => ({ id, queue: 'q' }) as Delivery;
const link: Publication = { id: 'link', queue: 'q', body: '', priority: 5, traced: true };

const told = ({ delivery: { id }, kind, publish, result }: Settlement) =>
  `${kind === 'release' ? '-' : ''}${id}${publish || result ? ' with more' : ''}`;

/** Settling over a store that does one thing at a time, with what it was asked in order. */
function apart(failures: { publish?: number; settle?: number } = {}) {
  const steps: string[] = [];
  const consumer = {
    holds: ({ id }: Delivery) => id !== 'lost',
    settle: async (settlements: readonly Settlement[]) => {
      if ((failures.settle ?? 0) > 0) {
        failures.settle!--;
        throw new BrokerUnavailableError('Settling');
      }
      steps.push(`settle ${settlements.map(told).join()}`);
      return settlements.map((one) => ({ id: one.delivery.id, accepted: true }));
    },
  } as unknown as Consumer;
  const broker = {
    publish: async (publications: readonly Publication[]) => {
      if ((failures.publish ?? 0) > 0) {
        failures.publish!--;
        throw new BrokerUnavailableError('Publishing');
      }
      steps.push(`publish ${publications.map(({ id }) => id).join()}`);
      return publications.map(({ id, unique }) => (unique ? { id: 'holder', deduplicated: true } : { id, deduplicated: false }));
    },
  } as unknown as Broker;
  const results = {
    save: async (records: readonly { id: string }[], expires: number) =>
      void steps.push(`save ${records.map(({ id }) => id).join()} for ${expires}`),
  } as unknown as ResultBackend;
  const settle = new SettleDeliveries({
    consumer,
    broker,
    results,
    resultsApart: true,
    followUpsApart: true,
    publishTimeout: 1_000,
    logger: { ...silentLogger, info: (message, fields) => void steps.push(`${message}: ${Object.values(fields!).join()}`) },
    clock: systemClock,
  });
  return { steps, settle };
}

const result = (id: string, expires: number) => ({ record: { id, state: 'SUCCESS', retries: 0, at: 1 }, expires });

describe('settling where a store cannot do all at once', () => {
  it('rule 3: follow-ups go out first, then the results, then the delivery is settled', async () => {
    const { steps, settle } = apart();
    await settle.now({ delivery: delivery('a'), kind: 'ack', traced: false, publish: [link], result: result('a', 60) });
    expect(steps).toEqual(['publish link', 'save a for 60', 'settle a']);
  });

  it('repeats from the follow-ups on while the broker cannot be reached', async () => {
    const { steps, settle } = apart({ publish: 1 });
    await settle.now({ delivery: delivery('a'), kind: 'ack', traced: false, publish: [link] });
    expect(steps).toEqual(['publish link', 'settle a']);
  });

  it('rule 13: publishes and saves nothing for a lease that has run out, and gives it back', async () => {
    const { steps, settle } = apart();
    settle.add({ delivery: delivery('lost'), kind: 'ack', traced: false, publish: [link], result: result('lost', 60) });
    settle.add({ delivery: delivery('a'), kind: 'ack', traced: false });
    await settle.drain();
    expect(steps).toEqual(['settle a,-lost']);
  });

  it('logs once what a unique key held back, with the task whose link it is, however often it settles', async () => {
    const { steps, settle } = apart({ settle: 1 });
    const keyed = { ...link, id: 'keyed', unique: { key: 'k', expires: null, until: 'end', onConflict: 'existing' } } as const;
    settle.add({ delivery: delivery('a'), kind: 'ack', traced: false, publish: [link] });
    settle.add({ delivery: delivery('b'), kind: 'ack', traced: false, publish: [link, keyed] });
    await settle.drain();
    expect(steps).toEqual([
      'publish link,link,keyed',
      'a link is not sent: another task holds its unique key: b,keyed,k,holder',
      'settle a,b',
    ]);
  });

  it('keeps each result for its own time', async () => {
    const { steps, settle } = apart();
    for (const [id, expires] of [['a', 1], ['b', 2], ['c', 1]] as const) settle.add({ delivery: delivery(id), kind: 'ack', traced: false, result: result(id, expires) }); // prettier-ignore
    await settle.drain();
    expect(steps).toEqual(['save a,c for 1', 'save b for 2', 'settle a,b,c']);
  });
});
