import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { currentTask } from '../../libs/task-queue/src/core/ports/task/current-task.js';
import { BROKERS, Harness, signal } from './harness.js';

describe.each(BROKERS)('calling on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  it('runs a task with its arguments and returns its result', async () => {
    app.task('add', (_context, a: number, b: number) => a + b);
    await app.worker();
    const sent = await app.send('add', [2, 3]);
    expect(await sent.get()).toBe(5);
    expect(await sent.state()).toBe('SUCCESS');
    expect([await sent.ready(), await sent.successful(), await sent.failed()]).toEqual([true, true, false]);
  });

  it('shows the handler its call: id, headers, queue, priority, kwargs', async () => {
    app.task('look', (context) => ({
      id: context.id,
      headers: context.headers,
      kwargs: context.kwargs,
      info: context.deliveryInfo,
      retries: context.retries,
      root: context.rootId,
    }));
    await app.worker({ queues: ['high'] });
    const sent = await app.send('look', [], { queue: 'high', priority: 9, headers: { tenant: 'a' }, kwargs: { x: 1 }, taskId: 'my-id' });
    expect(await sent.get()).toEqual({
      id: 'my-id',
      headers: { tenant: 'a' },
      kwargs: { x: 1 },
      info: { queue: 'high', priority: 9, redelivered: false },
      retries: 0,
      root: 'my-id',
    });
  });

  it('stores a result of undefined as null, so that get() ends', async () => {
    app.task('nothing', () => undefined);
    await app.worker();
    expect(await (await app.send('nothing')).get()).toBeNull();
  });

  it('accepts a chosen id once', async () => {
    app.task('once', () => 1);
    const first = await app.send('once', [], { taskId: 'a' });
    const second = await app.send('once', [], { taskId: 'a' });
    expect([first.deduplicated, second.deduplicated]).toEqual([false, true]);
    await app.worker();
    await first.get();
    expect((await app.send('once', [], { taskId: 'a' })).deduplicated).toBe(true);
  });

  it('runs higher priorities first', async () => {
    const order: number[] = [];
    const all = signal();
    app.task('mark', (context) => {
      order.push(context.deliveryInfo.priority);
      if (order.length === 3) all.give();
    });
    for (const priority of [1, 9, 5]) await app.send('mark', [], { priority });
    await app.worker({ pool: 'solo' });
    await all.come;
    expect(order).toEqual([9, 5, 1]);
  });

  it('holds a countdown and an eta back in the broker, as PENDING', async () => {
    app.task('later', () => Date.now());
    await app.worker();
    const began = Date.now();
    const far = await app.send('later', [], { countdown: '1h' });
    const soon = await app.send('later', [], { eta: new Date(began + 150) });
    const countdown = await app.send('later', [], { countdown: 100 });
    expect(await countdown.get()).toBeGreaterThanOrEqual(began + 100);
    expect(await soon.get()).toBeGreaterThanOrEqual(began + 150);
    expect(await far.state()).toBe('PENDING');
  });

  it('rule 10: ends an expired message as REVOKED without running it', async () => {
    let runs = 0;
    app.task('stale', () => void runs++);
    const sent = await app.send('stale', [], { expires: 1 });
    await wait(5);
    await app.worker();
    await expect(sent.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
    expect([runs, await sent.state()]).toEqual([0, 'REVOKED']);
  });

  it('answers UNKNOWN for an unknown id', async () => {
    expect(await app.client.result('nobody').state()).toBe('UNKNOWN');
  });

  it('stores nothing with ignoreResult', async () => {
    const done = signal();
    app.task('quiet', () => done.give());
    const worker = await app.worker();
    const sent = await app.send('quiet', [], { ignoreResult: true });
    await done.come;
    await worker.stop();
    expect(await sent.state()).toBe('UNKNOWN');
  });

  it('forgets a result', async () => {
    app.task('a', () => 1);
    await app.worker();
    const sent = await app.send('a');
    await sent.get();
    await sent.forget();
    expect(await sent.state()).toBe('UNKNOWN');
  });

  it('gives up waiting after the timeout, with the state', async () => {
    const sent = await app.send('nobody-runs-it');
    await expect(sent.get({ timeout: 30 })).rejects.toMatchObject({
      code: 'RESULT_TIMEOUT',
      message: expect.stringContaining('PENDING'),
    });
  });

  it('tasks that a task sends become part of its tree', async () => {
    app.task('child', (context) => ({ root: context.rootId, parent: context.parentId }));
    app.task('parent', async () => (await app.send('child')).id);
    await app.worker();
    const parent = await app.send('parent');
    const child = app.client.result((await parent.get()) as string);
    expect(await child.get()).toEqual({ root: parent.id, parent: parent.id });
  });

  it('keeps the run in AsyncLocalStorage across awaits', async () => {
    app.task('where', async (context) => {
      await wait(1);
      return currentTask.getStore() === context;
    });
    await app.worker();
    expect(await (await app.send('where')).get()).toBe(true);
  });

  it('runs many tasks with every result its own', async () => {
    app.task('double', (_context, n: number) => n * 2);
    await app.worker({ concurrency: 50 });
    const sent = await app.client.sendMany(Array.from({ length: 1_500 }, (_, n) => ({ name: 'double', args: [n] })));
    const values = await Promise.all(sent.map((one) => one.get()));
    expect(values).toEqual(Array.from({ length: 1_500 }, (_, n) => n * 2));
    expect(await app.transport.inspector.counts('default')).toEqual({ ready: 0, delayed: 0, limited: 0, leased: 0, suspects: 0, dead: 0 });
  });
});
