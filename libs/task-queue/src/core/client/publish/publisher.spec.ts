import { describe, expect, it } from '@jest/globals';
import { BrokerFullError, BrokerUnavailableError, PublishUncertainError, TaskNotUniqueError } from '../../errors/publish-errors.js';
import type { Broker } from '../../ports/broker/broker.js';
import type { Publication } from '../../ports/broker/publication.js';
import type { UniqueKey } from '../../message/unique-key.js';
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
});
