import { describe, expect, it } from '@jest/globals';
import { BrokerFullError, BrokerUnavailableError, PublishUncertainError, TaskNotUniqueError } from '../../errors/publish-errors.js';
import type { Broker } from '../../ports/broker/broker.js';
import type { Publication } from '../../ports/broker/publication.js';
import type { UniqueKey } from '../../message/unique-key.js';
import { systemClock } from '../../ports/runtime/clock.js';
import { FakeClock } from '../../../testing/fake-clock.js';
import { Publisher } from './publisher.js';

const unique: UniqueKey = { key: 'report-7', expires: null, until: 'end', onConflict: 'reject' };

function publication(id: string): Publication {
  return { id, queue: 'default', body: '', priority: 5, traced: false, unique };
}

describe('Publisher', () => {
  it('rejects the call that its unique key held back, and no other of its batch', async () => {
    const broker = {
      publish: async () => [
        { id: 'a', deduplicated: false },
        { id: 'b', deduplicated: false, refused: { reason: 'unique', holder: 'h' } },
        { id: 'h', deduplicated: true },
      ],
    } as unknown as Broker;
    const publisher = new Publisher(broker, 1_000, new FakeClock());
    const [a, b, c] = await Promise.allSettled(['a', 'b', 'c'].map((id) => publisher.send(publication(id), null)));
    expect(a).toEqual({ status: 'fulfilled', value: { id: 'a', deduplicated: false } });
    expect(b).toMatchObject({ status: 'rejected', reason: { code: 'TASK_NOT_UNIQUE', taskId: 'b', key: 'report-7', holder: 'h' } });
    expect((b as PromiseRejectedResult).reason).toBeInstanceOf(TaskNotUniqueError);
    expect(c).toEqual({ status: 'fulfilled', value: { id: 'h', deduplicated: true } });
  });

  it.each([
    ['cannot be reached', new BrokerUnavailableError('Publishing')],
    ['is full', new BrokerFullError()],
  ])('does not say that nothing was sent where a try may have arrived and the next one finds that the broker %s', async (_, later) => {
    const failures = [new PublishUncertainError(['a']), later];
    const broker = { publish: async () => Promise.reject(failures.shift() ?? later) } as unknown as Broker;
    const publisher = new Publisher(broker, 1_000, new FakeClock());
    const retry = { maxRetries: 1, intervalStart: 0, intervalStep: 0, intervalMax: 0 };
    await expect(publisher.send(publication('a'), retry)).rejects.toMatchObject({ code: 'PUBLISH_UNCERTAIN', ids: ['a'] });
  });

  it.each([
    ['one key', () => 'locked'],
    ['many keys', (n: number) => (n % 20 === 0 ? `locked-${n}` : `k${n}`)],
  ])('rule 35: calls that wait for %s hold up no other of their batch, and leave connections to others', async (_, keyOf) => {
    let [held, under, most] = [true, 0, 0];
    const publish: Broker['publish'] = async (some) => {
      most = Math.max(most, ++under);
      await new Promise((resolve) => setTimeout(resolve, 5));
      under -= 1;
      if (held && some.some(({ unique: mine }) => mine?.key.startsWith('locked'))) throw new BrokerUnavailableError('x', { waits: true });
      return some.map(({ id }) => ({ id, deduplicated: false }));
    };
    const publisher = new Publisher({ publish } as unknown as Broker, 5_000, systemClock);
    const { unique: _key, ...plain } = publication('plain');
    const all = Array.from({ length: 100 }, (_unused, n) => ({ ...publication(`m${n}`), unique: { ...unique, key: keyOf(n) } }));
    const sent = [...all, { ...plain, fresh: true }].map((one) => publisher.send(one, null));
    await Promise.all(sent.filter((_unused, n) => n === 100 || !keyOf(n).startsWith('locked')));
    held = false;
    expect(await Promise.all(sent)).toHaveLength(101);
    expect(most).toBeLessThanOrEqual(2);
  });
});
