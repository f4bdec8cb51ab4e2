import { describe, expect, it } from '@jest/globals';
import { BrokerFullError, BrokerUnavailableError, PublishUncertainError } from '../../errors/publish-errors.js';
import type { Broker } from '../../ports/broker/broker.js';
import type { Publication, PublishReceipt } from '../../ports/broker/publication.js';
import { FakeClock } from '../../../testing/fake-clock.js';
import { pauseBefore, resolvePublishRetry } from './publish-retry.js';
import { Publisher } from '../../client/publish/publisher.js';

const message = (id: string, traced = false): Publication => ({ id, queue: 'q', body: '', priority: 5, traced });
const unreachable = () => new BrokerUnavailableError('Publishing');
const CELERY = resolvePublishRetry(true)!;

/** A broker whose publishes end as told, one after the other; after that they succeed. */
function broker(...ends: (() => Error)[]) {
  const tries: { ids: string[]; timeout: number }[] = [];
  const publish = async (batch: readonly Publication[], { timeout }: { timeout: number }): Promise<PublishReceipt[]> => {
    const again = tries.some(({ ids }) => ids.includes(batch[0]!.id));
    tries.push({ ids: batch.map(({ id }) => id), timeout });
    const end = ends.shift();
    if (end !== undefined) throw end();
    return batch.map(({ id }) => ({ id, deduplicated: again }));
  };
  return { tries, broker: { publish } as unknown as Broker };
}

describe('publishRetry', () => {
  it('is Celery’s by default: 3 tries more, after 0, 0.2 and 0.4 s, never more than 1 s apart', () => {
    expect([1, 2, 3, 4].map((attempt) => pauseBefore(CELERY, attempt))).toEqual([0, 200, 400, null]);
    const long = resolvePublishRetry({ maxRetries: null, intervalStart: '0.5s', intervalStep: '0.4s' })!;
    expect([1, 2, 3, 99].map((attempt) => pauseBefore(long, attempt))).toEqual([500, 900, 1_000, 1_000]);
  });

  it('refuses what it cannot mean, with what was meant', () => {
    expect(() => resolvePublishRetry({ maxRetrie: 3 } as never)).toThrow("Did you mean 'maxRetries'?");
    expect(() => resolvePublishRetry({ intervalStart: -1 })).toThrow('intervalStart');
    expect(() => resolvePublishRetry('yes' as never)).toThrow('publishRetry');
  });

  it('sends the same ids again when nothing, or nobody knows what, was sent', async () => {
    const clock = new FakeClock();
    const { tries, broker: flaky } = broker(unreachable, () => new PublishUncertainError(['a']));
    const sent = new Publisher(flaky, 5_000, clock).send(message('a'), CELERY);
    await turn();
    await clock.advance(200);
    expect(await sent).toEqual({ id: 'a', deduplicated: false });
    expect(tries.map(({ ids }) => ids)).toEqual([['a'], ['a'], ['a']]);
    expect(tries.map(({ timeout }) => timeout)).toEqual([5_000, 5_000, 4_800]);
  });

  it('tells of a duplicate where the id is the caller’s own', async () => {
    const { broker: flaky } = broker(unreachable);
    expect(await new Publisher(flaky, 5_000, new FakeClock()).send(message('mine', true), CELERY)).toMatchObject({ deduplicated: true });
  });

  it('gives up after its tries, with the last error', async () => {
    const clock = new FakeClock();
    const { tries, broker: dead } = broker(unreachable, unreachable, unreachable, unreachable);
    const sent = new Publisher(dead, 5_000, clock).send(message('a'), CELERY).catch((error: unknown) => error);
    for (const pause of [0, 200, 400]) {
      await turn();
      await clock.advance(pause);
    }
    expect(await sent).toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(tries).toHaveLength(4);
  });

  it('never goes beyond publishTimeout', async () => {
    const { tries, broker: dead } = broker(unreachable, unreachable);
    const publisher = new Publisher(dead, 150, new FakeClock());
    await expect(publisher.send(message('a'), CELERY)).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(tries).toHaveLength(2);
  });

  it('leaves a full broker alone, and calls that want no retry', async () => {
    const full = broker(() => new BrokerFullError());
    await expect(new Publisher(full.broker, 5_000, new FakeClock()).send(message('a'), CELERY)).rejects.toMatchObject({
      code: 'BROKER_FULL',
    });
    const down = broker(unreachable);
    const publisher = new Publisher(down.broker, 5_000, new FakeClock());
    const [wanted, unwanted] = await Promise.allSettled([publisher.send(message('a'), CELERY), publisher.send(message('b'), null)]);
    expect([wanted.status, unwanted.status]).toEqual(['fulfilled', 'rejected']);
    expect(down.tries.map(({ ids }) => ids)).toEqual([['a', 'b'], ['a']]);
  });
});

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
