import { describe, expect, it } from '@jest/globals';
import type { TaskResultRecord } from '../../message/task-result.js';
import type { Clock } from '../runtime/clock.js';
import { ResultWatch } from './result-watch.js';

const record = (id: string, state = 'SUCCESS'): TaskResultRecord => ({ id, state, retries: 0, at: 0 });
const never = new AbortController().signal;
const turns = () => new Promise<void>((resolve) => setImmediate(resolve));

function setUp() {
  const saved = new Map<string, TaskResultRecord>();
  const looks: string[][] = [];
  const timers: { readonly delay: number; readonly ring: () => void }[] = [];
  const clock: Clock = { now: () => 0, timer: (delay, ring) => (timers.push({ delay, ring }), { clear() {} }) };
  let announced: (id: string) => void = () => {};
  const source = {
    listen: async (listener: (id: string) => void) => void (announced = listener),
    look: async (ids: readonly string[]) => (looks.push([...ids]), ids.map((id) => saved.get(id) ?? null)),
  };
  const watch = new ResultWatch(source, { first: 10, longest: 30, growth: 2 }, clock);
  const announce = (id: string) => announced(id);
  return { watch, saved, looks, timers, announce };
}

describe('ResultWatch', () => {
  it('looks once for all that begin to wait together, and then at what is announced', async () => {
    const { watch, saved, looks, announce } = setUp();
    saved.set('a', record('a'));
    const [a, b] = [watch.wait('a', never), watch.wait('b', never)];
    expect(await a).toEqual(record('a'));
    saved.set('b', record('b'));
    announce('c');
    announce('b');
    expect(await b).toEqual(record('b'));
    expect(looks).toEqual([['a', 'b'], ['b']]);
  });

  it('does not end at a record that is not terminal', async () => {
    const { watch, saved, announce } = setUp();
    saved.set('a', record('a', 'STARTED'));
    const wait = watch.wait('a', never);
    await turns();
    saved.set('a', record('a'));
    announce('a');
    expect(await wait).toEqual(record('a'));
  });

  it('polls ever more rarely, and often again when another wait begins', async () => {
    const { watch, timers } = setUp();
    void watch.wait('a', never);
    for (let n = 0; n < 4; n++) {
      await turns();
      timers.at(-1)!.ring();
    }
    await turns();
    void watch.wait('b', never);
    await turns();
    expect(timers.map(({ delay }) => delay)).toEqual([10, 20, 30, 30, 30, 10]);
  });

  it('looks at everything when announcements may have been missed', async () => {
    const { watch, looks, announce } = setUp();
    void watch.wait('a', never);
    void watch.wait('b', never);
    await turns();
    announce('');
    await turns();
    expect(looks).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('gives each wait a record of its own', async () => {
    const { watch } = setUp();
    const waits = [watch.wait('a', never), watch.wait('a', never)];
    watch.tell(record('a'));
    const [one, other] = await Promise.all(waits);
    expect(one).toEqual(other);
    expect(one).not.toBe(other);
  });

  it('ends with null when the signal is aborted, and with the error that closes it', async () => {
    const { watch } = setUp();
    const aborting = new AbortController();
    const [aborted, closed] = [watch.wait('a', aborting.signal), watch.wait('a', never)];
    aborting.abort();
    expect(await aborted).toBeNull();
    watch.close(new Error('closed'));
    await expect(closed).rejects.toThrow('closed');
    expect(await watch.wait('a', never)).toBeNull();
  });
});
