import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Ctx, Task, TaskContext, type ClientOptionsInput, type RoutedCall, type Routes, type TaskRouter } from 'nestjs-task-queue';
import { bootError, BROKERS, closeAll, start } from './support/application.js';

@Injectable()
class MediaTasks {
  @Task({ name: 'video.encode', queue: 'decorated' })
  encode(@Ctx() ctx: TaskContext): string {
    return ctx.deliveryInfo.queue;
  }

  @Task({ name: 'video.rare', rateLimit: '1/h' })
  rare(): void {}

  @Task({ name: 'email.send' })
  send(tenant: string, @Ctx() ctx: TaskContext): string {
    return `${ctx.deliveryInfo.queue} for ${tenant}`;
  }

  @Task({ name: 'video.fails', maxRetries: 1, autoretryFor: [RangeError], defaultRetryDelay: 0 })
  fails(): string {
    if (broken) throw new RangeError('no such codec');
    return 'encoded';
  }

  /** Ends when so many run at once. */
  @Task({ name: 'video.meets' })
  async meets(expected: number): Promise<number> {
    const met = new Promise<number>((resolve) => running.push(resolve));
    const together = running.length;
    if (together === expected) for (const meet of running.splice(0)) meet(together);
    return met;
  }
}

let broken = true;

/** Those that wait for each other. */
const running: ((together: number) => void)[] = [];

@Injectable()
class Tenants {
  readonly large = new Set(['acme']);
}

/** A router with a dependency. */
@Injectable()
class TenantRouter implements TaskRouter {
  constructor(private readonly tenants: Tenants) {}

  route({ args: [tenant] }: RoutedCall) {
    return this.tenants.large.has(tenant as string) ? { queue: `tenant-${tenant as string}` } : null;
  }
}

const QUEUES = ['default', 'decorated', 'video', 'email', 'called', 'tenant-acme'];

afterEach(closeAll);

describe.each(BROKERS)('Route on %s', (_, url) => {
  const working = async (queue: ClientOptionsInput = {}) => {
    const application = await start(url(), { providers: [MediaTasks, Tenants, TenantRouter], queue: { queues: QUEUES, ...queue } });
    await application.work({ queues: QUEUES });
    return application.tasks.for(MediaTasks);
  };

  it.each<[string, Routes, string]>([
    ['a table with an exact name', { 'email.send': 'email' }, 'email for small'],
    ['a table with globs', { 'email.*': { queue: 'email' } }, 'email for small'],
    ['a table with regular expressions', [[/^(email|sms)\./, 'email']], 'email for small'],
    ['a function', ({ task }) => (task.startsWith('email.') ? 'email' : null), 'email for small'],
    ['what no route names: the default queue', { 'video.*': 'video' }, 'default for small'],
  ])('task_routes → routes: %s', async (_what, routes, ran) => {
    const { send } = await working({ routes });
    expect(await (await send.delay('small')).get()).toBe(ran);
  });

  it('task_routes → routes: a class of the application, with its dependencies', async () => {
    const { send } = await working({ routes: [TenantRouter, { 'email.*': 'email' }] });
    expect(await (await send.delay('acme')).get()).toBe('tenant-acme for acme');
    expect(await (await send.delay('small')).get()).toBe('email for small');
  });

  it('queue on the decorator; routes win over it; the call wins over both', async () => {
    const { encode: decorated } = await working();
    expect(await (await decorated.delay()).get()).toBe('decorated');
    const { encode: routed } = await working({ routes: { 'video.*': 'video' } });
    expect(await (await routed.delay()).get()).toBe('video');
    expect(await (await routed.applyAsync([], { queue: 'called' })).get()).toBe('called');
  });

  it('task_create_missing_queues=False → queues: a queue that is not declared is refused at the call', async () => {
    const { encode } = await working();
    await expect(encode.applyAsync([], { queue: 'vdeo' })).rejects.toThrow("Did you mean 'video'?");
  });

  it('--queues email,video: a worker consumes these and no other', async () => {
    const { tasks, work, inspector } = await start(url(), { providers: [MediaTasks] });
    const sent = await tasks.for(MediaTasks).encode.applyAsync([], { queue: 'video' });
    await tasks.for(MediaTasks).encode.applyAsync([], { queue: 'called' });
    await work({ queues: ['email', 'video'] });
    expect(await sent.get()).toBe('video');
    expect(await inspector.counts('called')).toMatchObject({ ready: 1 });
  });

  it('--exclude-queues: all its queues but these', async () => {
    const { tasks, work, inspector } = await start(url(), { providers: [MediaTasks] });
    await tasks.for(MediaTasks).encode.delay();
    const sent = await tasks.for(MediaTasks).send.delay('x');
    const worker = await work({ excludeQueues: ['decorated'] });
    await sent.get();
    await worker.idle();
    expect(await inspector.counts('decorated')).toMatchObject({ ready: 1 });
  });

  it('a queue is paused for every worker, also for one that starts later, and resumed', async () => {
    const { tasks, work, inspector } = await start(url(), { providers: [MediaTasks] });
    await tasks.queues.pause('decorated');
    const [paused, other] = [await tasks.for(MediaTasks).encode.delay(), await tasks.for(MediaTasks).send.delay('x')];
    await work();
    await other.get();
    expect([await tasks.queues.paused(), await inspector.counts('decorated')]).toMatchObject([['decorated'], { ready: 1 }]);
    await tasks.queues.resume('decorated');
    expect(await paused.get()).toBe('decorated');
  });

  it('control add_consumer, cancel_consumer → tasks.queues.addQueue(), cancelQueue(): while the worker runs', async () => {
    const { tasks, work } = await start(url(), { providers: [MediaTasks] });
    await work({ queues: ['default'] });
    const sent = await tasks.for(MediaTasks).encode.delay();
    await tasks.queues.addQueue('decorated');
    expect(await sent.get()).toBe('decorated');
    await tasks.queues.cancelQueue('decorated');
    expect(await (await tasks.for(MediaTasks).send.delay('x')).get()).toBe('default for x');
  });

  it('--name worker1@%h --concurrency 4: at most so many run at once', async () => {
    running.length = 0;
    const { tasks, work } = await start(url(), { providers: [MediaTasks] });
    const sent = await Promise.all(Array.from({ length: 8 }, () => tasks.for(MediaTasks).meets.delay(4)));
    const worker = await work({ name: 'worker1@%h', concurrency: 4 });
    expect(worker.name).toMatch(/^worker1@.+/);
    expect(await Promise.all(sent.map((one) => one.get()))).toEqual(Array(8).fill(4));
  });

  it('rateLimit applies to the cluster, not to each worker; a limited task never delays others', async () => {
    const { tasks, work, inspector } = await start(url(), { providers: [MediaTasks] });
    const limited = await Promise.all(Array.from({ length: 20 }, () => tasks.for(MediaTasks).rare.delay()));
    const other = await tasks.for(MediaTasks).encode.applyAsync([], { queue: 'default', priority: 0 });
    for (const name of ['w1', 'w2']) await work({ name, concurrency: 1 });
    expect(await other.get()).toBe('default');
    const states = await Promise.all(limited.map((one) => one.ready()));
    expect(states.filter(Boolean).length).toBeLessThanOrEqual(1);
    expect((await inspector.counts('default')).limited).toBe(19);
  });

  it('routes → { queue, rateLimit }: the queue and the rate', async () => {
    const routes = { 'email.*': { queue: 'email', rateLimit: '1/h' } };
    const { tasks, inspector } = await start(url(), { providers: [MediaTasks], queue: { routes } });
    for (const tenant of ['a', 'b']) await tasks.for(MediaTasks).send.delay(tenant);
    expect((await inspector.counts('email')).limited).toBe(2);
  });

  it('failed beyond retries → dead letter, listed with its error and attempts, redriven, purged', async () => {
    broken = true;
    const { tasks, work } = await start(url(), { providers: [MediaTasks] });
    await work();
    const sent = await Promise.all([tasks.for(MediaTasks).fails.delay(), tasks.for(MediaTasks).fails.delay()]);
    await Promise.all(sent.map((one) => one.get({ propagate: false })));
    const { letters } = await tasks.deadLetters.list({ task: 'video.fails' });
    expect(letters).toHaveLength(2);
    expect(letters[0]).toMatchObject({ reason: 'failed', error: 'RangeError: no such codec', message: { task: 'video.fails' } });
    expect(letters[0]!.attempts).toHaveLength(2);

    broken = false;
    expect(await tasks.deadLetters.redrive(sent[0]!.id)).toEqual({ redriven: 1, refused: [] });
    expect(await sent[0]!.get()).toBe('encoded');
    expect(await tasks.deadLetters.purge({})).toBe(1);
    expect(await tasks.deadLetters.list()).toEqual({ letters: [], next: null });
  });
});

describe('Route: independent of the broker', () => {
  it("a route with the rate '10/x' is refused at boot", async () => {
    const error = await bootError({ providers: [MediaTasks], queue: { routes: { 'email.*': { rateLimit: '10/x' } } } });
    expect(error).toMatchObject({ code: 'INVALID_OPTION', option: 'rateLimit' });
  });

  it('a worker of a queue that nobody declares is refused at boot', async () => {
    expect(await bootError({ providers: [MediaTasks], queue: { queues: QUEUES } }, { queues: ['vdeo'] })).toMatchObject({
      code: 'QUEUE_UNKNOWN',
      message: expect.stringContaining("Did you mean 'video'?"),
    });
  });

  it.each<[string, Routes]>([
    ['a route to a queue that is not declared', { 'email.*': 'emial' }],
    ['a route with an unknown option', { 'email.*': { queu: 'email' } as never }],
  ])('%s is refused at boot', async (_what, routes) => {
    expect(await bootError({ providers: [MediaTasks], queue: { queues: QUEUES, routes } })).toMatchObject({
      message: expect.stringContaining('Did you mean'),
    });
  });
});
