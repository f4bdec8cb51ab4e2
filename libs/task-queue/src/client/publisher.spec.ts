import { describe, expect, it } from '@jest/globals';
import { TaskNotUniqueError } from '../errors/index.js';
import type { Broker, Publication, UniqueKey } from '../ports/index.js';
import { FakeClock } from '../testing/fake-clock.js';
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
});
