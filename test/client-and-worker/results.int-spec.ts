import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { signature } from '../../libs/task-queue/src/core/canvas/signature.js';
import type { AsyncResult } from '../../libs/task-queue/src/core/client/async-result.js';
import type { ClientOptionsInput } from '../../libs/task-queue/src/core/client/options/client-options.js';
import { silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import { BROKERS, Harness } from './harness.js';

describe.each(BROKERS)('results on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  async function reopen(options: ClientOptionsInput): Promise<void> {
    await app.close();
    app = await Harness.open(url(), options);
  }

  it('have data of their call with resultExtended: name, arguments, queue, worker, retries', async () => {
    await reopen({ resultExtended: true });
    app.task('add', (_context, a: number, b: number) => a + b);
    await app.worker({ name: 'w', queues: ['sums'] });
    const sent = await app.send('add', [2, 3], { queue: 'sums', kwargs: { x: 1 } });
    await sent.get();
    expect(await sent.record()).toMatchObject({
      state: 'SUCCESS',
      result: 5,
      worker: 'w',
      retries: 0,
      call: { name: 'add', args: [2, 3], kwargs: { x: 1 }, queue: 'sums' },
    });
  });

  it('are lost, and said to be, where a task was acknowledged early and the store does not take them', async () => {
    const told: string[] = [];
    app.task('early', () => 1, { acksLate: false });
    const logger = { ...silentLogger, error: (text: string) => void told.push(text), warn: (text: string) => void told.push(text) };
    let failed!: Promise<void>;
    const worker = await app.worker({}, logger, (transport) => {
      failed = new Promise((resolve) => {
        transport.results.save = () => {
          resolve();
          return Promise.reject(new Error('the store is down'));
        };
      });
      return transport;
    });
    await app.send('early');
    await failed;
    await worker.idle();
    expect(told).toEqual(['the result of an early-acknowledged task could not be stored; it is lost']);
  });

  it('show the shadow of a call instead of its name', async () => {
    await reopen({ resultExtended: true });
    app.task('add', () => 1);
    await app.worker();
    const sent = await app.send('add', [], { shadow: 'report of May' });
    await sent.get();
    expect((await sent.record())?.call?.name).toBe('report of May');
  });

  it('have no data of their call otherwise', async () => {
    app.task('add', () => app.send('other').then(() => 1));
    await app.worker();
    const sent = await app.send('add');
    await sent.get();
    expect(Object.keys((await sent.record())!).sort()).toEqual(['at', 'id', 'result', 'retries', 'state', 'worker']);
    expect([await sent.parent(), await sent.children()]).toEqual([null, []]);
  });

  it('know parent and children with trail, and are collected with all that came of them', async () => {
    await reopen({ trail: true });
    app.task('leaf', (_context, n: number) => n * 10);
    app.task('tree', async (context) => {
      await app.client.sendMany([1, 2].map((n) => ({ name: 'leaf', args: [n] })));
      expect(context.children).toHaveLength(2);
      return 'root';
    });
    app.task('after', (_context, value: string) => `after ${value}`);
    await app.worker();
    const root = await app.send('tree', [], { link: signature('after') });
    const collected: [AsyncResult, unknown][] = [];
    for await (const [result, value] of root.collect({ timeout: '10s' })) collected.push([result, value]);
    expect(collected.map(([, value]) => value)).toEqual(['root', 10, 20, 'after root']);
    expect((await root.children()).map(({ id }) => id)).toEqual(collected.slice(1).map(([{ id }]) => id));
    expect((await collected[1]![0].parent())?.id).toBe(root.id);
    expect(await root.parent()).toBeNull();
  });

  it('stop collecting at a failure, unless it is wanted as data', async () => {
    await reopen({ trail: true });
    app.task('leaf', () => {
      throw new TypeError('rotten');
    });
    app.task('tree', async () => void (await app.send('leaf')));
    await app.worker();
    const root = await app.send('tree');
    const walk = async (options = {}) => {
      const values: unknown[] = [];
      for await (const [, value] of root.collect(options)) values.push(value);
      return values;
    };
    await expect(walk()).rejects.toMatchObject({ code: 'TASK_FAILED' });
    expect(await walk({ propagate: false })).toEqual([null, expect.objectContaining({ type: 'TypeError' })]);
  });

  it('are not waited for inside a task, unless it is said that this cannot block', async () => {
    app.task('child', () => 'grown');
    app.task('parent', async (_context, options: object) => (await app.send('child')).get(options));
    await app.worker();
    const refused = await app.send('parent', [{}]);
    await expect(refused.get()).rejects.toMatchObject({
      remote: { type: 'GetWithinTaskError', message: expect.stringContaining('Never call get() within a task') },
    });
    expect(await (await app.send('parent', [{ disableSyncSubtasks: false }])).get()).toBe('grown');
  });

  it('exist while anything is known of their id', async () => {
    app.task('a', () => 1);
    const waiting = await app.send('a');
    expect(await waiting.exists()).toBe(true);
    await app.worker();
    await waiting.get();
    expect(await waiting.exists()).toBe(true);
    await waiting.forget();
    expect(await waiting.exists()).toBe(false);
  });

  it('are kept as long as their task declares, each for its own time within a batch', async () => {
    app.task('short', () => 1, { resultExpires: 1_000 });
    app.task('long', () => 2);
    await app.worker({ concurrency: 2 });
    const [short, long] = await app.client.sendMany([{ name: 'short' }, { name: 'long' }]);
    expect([await short!.get(), await long!.get()]).toEqual([1, 2]);
    while (await short!.exists()) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await long!.exists()).toBe(true);
  });

  it('inherit the tree: tasks sent by a link belong to the first task', async () => {
    app.task('first', () => 1);
    app.task('second', ({ rootId, parentId }) => ({ rootId, parentId }));
    await app.worker();
    const first = await app.send('first', [], { link: signature('second', [], { taskId: 'second' }) });
    expect(await app.client.result('second').get()).toEqual({ rootId: first.id, parentId: first.id });
  });
});
