import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TaskRouter } from '../../libs/task-queue/src/core/client/routing/routes.js';
import { BROKERS, Harness } from './harness.js';

describe.each(BROKERS)('queues on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
    app.task('where', (context) => [context.worker, context.deliveryInfo.queue]);
  });
  afterEach(() => app.close());

  it('no other worker runs a call for one worker', async () => {
    await app.worker({ name: 'other@host' });
    await app.worker({ name: 'mine@host' });
    const sent = await Promise.all(Array.from({ length: 10 }, () => app.send('where', [], { worker: 'mine@host' })));
    for (const one of sent) expect(await one.get()).toEqual(['mine@host', 'direct:mine@host']);
  });

  it('a call for a worker that is not there waits for it, and expires', async () => {
    await app.worker({ name: 'other@host' });
    const late = await app.send('where', [], { worker: 'late@host' });
    const stale = await app.send('where', [], { worker: 'late@host', expires: 1 });
    expect(await late.state()).toBe('PENDING');
    for (const sent = Date.now(); Date.now() < sent + 2;) await new Promise(setImmediate);
    await app.worker({ name: 'late@host' });
    expect(await late.get()).toEqual(['late@host', 'direct:late@host']);
    await expect(stale.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
  });

  it('a worker without a direct queue cannot be addressed by its name', async () => {
    await app.worker({ name: 'mine@host', direct: false });
    const sent = await app.send('where', [], { worker: 'mine@host' });
    expect(await (await app.send('where')).get()).toEqual(['mine@host', 'default']);
    expect(await sent.state()).toBe('PENDING');
  });

  it('a call names a worker or a queue, not both', async () => {
    await expect(app.send('where', [], { worker: 'a', queue: 'b' })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('a worker does not consume excluded queues, and is refused if none is left', async () => {
    await app.worker({ queues: ['a', 'b'], excludeQueues: ['b'] });
    const left = await app.send('where', [], { queue: 'b' });
    expect(await (await app.send('where', [], { queue: 'a' })).get()).toEqual([expect.any(String), 'a']);
    expect(await left.state()).toBe('PENDING');
    await expect(app.worker({ queues: ['a'], excludeQueues: ['a'] })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('the call wins over routes, routes over the decorator, and that over the default', async () => {
    await app.close();
    class ByTenant implements TaskRouter {
      route({ task, options }: Parameters<TaskRouter['route']>[0]) {
        return task === 'tenant' ? `tenant-${String(options.headers?.['tenant'])}` : null;
      }
    }
    app = await Harness.open(url(), { routes: [{ exact: 'one', 'glob.*': { queue: 'two', priority: 9 } }, [/^re/, 'three'], ByTenant] });
    const place = async (name: string, options = {}) => {
      const { id } = await app.send(name, [], options);
      return (await app.transport.inspector.locate([id]))[0]?.queue;
    };
    expect(await place('exact')).toBe('one');
    expect(await place('glob.a')).toBe('two');
    expect(await place('regexp')).toBe('three');
    expect(await place('tenant', { headers: { tenant: 'acme' } })).toBe('tenant-acme');
    expect(await place('exact', { queue: 'called' })).toBe('called');
    expect(await place('unnamed')).toBe('default');
  });

  it('a router that answers nonsense fails the call, and nothing is sent', async () => {
    await app.close();
    app = await Harness.open(url(), { routes: () => 7 as never });
    await expect(app.send('where')).rejects.toMatchObject({ code: 'ROUTE_INVALID' });
    expect(await app.transport.inspector.queues()).toEqual([]);
  });

  it('no worker gets messages of a paused queue until it is resumed, not even a new one', async () => {
    await app.worker({ queues: ['default', 'other'] });
    await app.client.queues.pause('default');
    const held = await app.send('where');
    await app.worker({ queues: ['default', 'other'] });
    expect(await (await app.send('where', [], { queue: 'other' })).get()).toEqual([expect.any(String), 'other']);
    expect(await app.client.queues.paused()).toEqual(['default']);
    expect(await held.state()).toBe('PENDING');
    await app.client.queues.resume('default');
    expect(await held.get()).toEqual([expect.any(String), 'default']);
    expect(await app.client.queues.paused()).toEqual([]);
  });

  it('a running worker starts and stops consuming a queue', async () => {
    const worker = await app.worker({ name: 'w', queues: ['a'] });
    const waiting = await app.send('where', [], { queue: 'b' });
    await worker.addQueue('b');
    expect(worker.queues).toEqual(['a', 'direct:w', 'b']);
    expect(await waiting.get()).toEqual(['w', 'b']);
    await worker.cancelQueue('a');
    const left = await app.send('where', [], { queue: 'a' });
    await (await app.send('where', [], { queue: 'b' })).get();
    expect([worker.queues, await left.state()]).toEqual([['direct:w', 'b'], 'PENDING']);
  });

  it('a command from another process reaches all workers, or the one that is meant', async () => {
    const [one, two] = [await app.worker({ name: 'one', queues: ['a'] }), await app.worker({ name: 'two', queues: ['a'] })];
    await app.client.queues.addQueue('b', { worker: 'two' });
    for (let sent = 0; sent < 5; sent++) expect(await (await app.send('where', [], { queue: 'b' })).get()).toEqual(['two', 'b']);
    expect(one.queues).toEqual(['a', 'direct:one']);
    await app.client.queues.addQueue('c');
    await Promise.all([
      (await app.send('where', [], { queue: 'c' })).get(),
      until(() => one.queues.includes('c') && two.queues.includes('c')),
    ]);
    await app.client.queues.cancelQueue('c');
    await until(() => !one.queues.includes('c') && !two.queues.includes('c'));
    expect(await (await app.send('where', [], { queue: 'c' })).state()).toBe('PENDING');
  });

  it('returns how long the oldest ready message has waited, since it was sent or became due', async () => {
    expect(await app.client.queues.oldestAge('default')).toBeNull();
    const before = Date.now();
    await app.send('where', [], { priority: 1 });
    await app.send('where', [], { countdown: '1h', queue: 'later' });
    await new Promise((resolve) => setTimeout(resolve, 5));
    await app.send('where', [], { priority: 9 });
    const age = await app.client.queues.oldestAge('default');
    expect(age).toBeGreaterThanOrEqual(4);
    expect(age).toBeLessThanOrEqual(Date.now() - before);
    expect(await app.client.queues.oldestAge('later')).toBeNull();
  });

  it('a queue that is not declared is not paused or consumed by mistake', async () => {
    await app.close();
    app = await Harness.open(url(), { queues: ['email'] });
    await expect(app.client.queues.pause('emial')).rejects.toThrow("Did you mean 'email'?");
    await expect(app.client.queues.addQueue('emial')).rejects.toMatchObject({ code: 'QUEUE_UNKNOWN' });
  });
});

/** The workers' own lists are not told of: they are looked at again and again. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
