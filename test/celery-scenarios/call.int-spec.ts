import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Ctx, Task, TaskContext, taskContract, type CallOptions, type TaskClient } from 'nestjs-task-queue';
import { BROKERS, closeAll, start } from './support/application.js';
import { Events } from './support/events.js';

const seen = new Events<unknown>();

@Injectable()
class MathTasks {
  @Task({ name: 'call.add', queue: 'math' })
  add(x: number, y: number): number {
    return x + y;
  }

  @Task({ name: 'call.context' })
  context(@Ctx() ctx: TaskContext): unknown {
    const { id, eta, expires, headers, kwargs, deliveryInfo, isEager, worker } = ctx;
    return { id, eta, expires, headers, kwargs, deliveryInfo, isEager, worker };
  }

  @Task({ name: 'call.waits' })
  async waits(@Ctx() ctx: TaskContext): Promise<string> {
    seen.add('waiting');
    await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
    return (ctx.signal.reason as Error).name;
  }

  @Task({ name: 'call.fails' })
  fails(why: string): never {
    throw new TypeError(why);
  }

  @Task({ name: 'call.notes' })
  notes(...what: unknown[]): void {
    seen.add(what);
  }
}

afterEach(async () => {
  seen.all.length = 0;
  await closeAll();
});

describe.each(BROKERS)('Call on %s', (_, url) => {
  const open = () => start(url(), { providers: [MathTasks] });
  const working = async () => {
    const application = await open();
    return { ...application, worker: await application.work({ name: 'worker1@host' }) };
  };
  const contextOf = async (tasks: TaskClient, options: CallOptions) =>
    (await tasks.for(MathTasks).context.applyAsync([], options)).get() as Promise<Record<string, unknown>>;

  it('t.delay(1), t.apply_async(args) → tasks.for(C).m.delay(1), .applyAsync([1], { … })', async () => {
    const { tasks } = await working();
    expect(await (await tasks.for(MathTasks).add.delay(1, 2)).get()).toBe(3);
    expect(await (await tasks.for(MathTasks).add.applyAsync([1, 2])).get()).toBe(3);
  });

  it('countdown, eta: earliest start; the message waits in the broker', async () => {
    const { tasks, inspector } = await open();
    const hour = 3_600_000;
    const sent = await Promise.all([
      tasks.for(MathTasks).add.applyAsync([1, 2], { countdown: '1h' }),
      tasks.for(MathTasks).add.applyAsync([1, 2], { eta: new Date(Date.now() + hour) }),
    ]);
    expect(await inspector.counts('math')).toMatchObject({ ready: 0, delayed: 2 });
    expect(await Promise.all(sent.map((one) => one.state()))).toEqual(['PENDING', 'PENDING']);
  });

  it('countdown=0.05: it runs after that time', async () => {
    const { tasks } = await working();
    const before = Date.now();
    const { eta } = await contextOf(tasks, { countdown: 50 });
    expect([Number(eta) >= before + 50, Date.now() >= before + 50]).toEqual([true, true]);
  });

  it('both countdown and eta: refused', async () => {
    const { tasks } = await open();
    const sending = tasks.for(MathTasks).add.applyAsync([1, 2], { countdown: 1, eta: new Date() });
    await expect(sending).rejects.toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining('left out when countdown') });
  });

  it('expires: if it has not started by then, it ends as REVOKED', async () => {
    const { tasks, work } = await open();
    const sent = await tasks.for(MathTasks).notes.applyAsync(['late'], { expires: new Date(Date.now() - 1) });
    await work();
    await expect(sent.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
    expect(seen.all).toEqual([]);
  });

  it('queue, priority, headers, kwargs', async () => {
    const { tasks, work } = await open();
    await work({ queues: ['high'] });
    expect(await contextOf(tasks, { queue: 'high', priority: 9, headers: { tenant: 'a' }, kwargs: { copies: 2 } })).toMatchObject({
      deliveryInfo: { queue: 'high', priority: 9 },
      headers: { tenant: 'a' },
      kwargs: { copies: 2 },
    });
  });

  it('task_id: the id of the call, accepted once', async () => {
    const { tasks } = await working();
    const first = await tasks.for(MathTasks).notes.applyAsync(['once'], { taskId: 'order-7' });
    await first.get();
    const second = await tasks.for(MathTasks).notes.applyAsync(['once'], { taskId: 'order-7' });
    expect([first.id, first.deduplicated, second.deduplicated]).toEqual(['order-7', false, true]);
    expect(seen.all).toEqual([['once']]);
  });

  it('unique: one call of a key at a time; the next joins it, is refused, or replaces it', async () => {
    const { tasks, work } = await open();
    const { notes } = tasks.for(MathTasks);
    const unique = { key: 'report' };
    const first = await notes.applyAsync(['first'], { unique });
    const joined = await notes.applyAsync(['joined'], { unique });
    expect([joined.id, joined.deduplicated]).toEqual([first.id, true]);
    const refused = notes.applyAsync(['refused'], { unique: { ...unique, onConflict: 'reject' } });
    await expect(refused).rejects.toMatchObject({ code: 'TASK_NOT_UNIQUE', holder: first.id });
    const last = await notes.applyAsync(['last'], { unique: { ...unique, onConflict: 'replace' } });
    await work();
    await last.get();
    expect([seen.all, await first.state()]).toEqual([[['last']], 'REVOKED']);
  });

  it('idempotencyKey: a repeated request is the same call', async () => {
    const { tasks } = await working();
    const first = await tasks.for(MathTasks).add.applyAsync([1, 2], { idempotencyKey: 'request-1' });
    await first.get();
    const again = await tasks.for(MathTasks).add.applyAsync([1, 2], { idempotencyKey: 'request-1' });
    expect([again.id, again.deduplicated, await again.get()]).toEqual([first.id, true, 3]);
  });

  it('retry_policy → publishRetry: how a failed publish is retried; an invalid policy is refused', async () => {
    const { tasks } = await working();
    const publishRetry = { maxRetries: 1, intervalStart: 0, intervalStep: '0.2s', intervalMax: '1s' };
    expect(await (await tasks.for(MathTasks).add.applyAsync([1, 2], { publishRetry })).get()).toBe(3);
    const wrong = tasks.for(MathTasks).add.applyAsync([1, 2], { publishRetry: { maxRetrys: 1 } as never });
    await expect(wrong).rejects.toThrow("Did you mean 'maxRetries'?");
  });

  it('link, link_error: called with the result of the one, and with the id and error of the other', async () => {
    const { tasks } = await working();
    const notes = tasks.for(MathTasks).notes;
    const sum = await tasks.for(MathTasks).add.applyAsync([1, 2], { link: [notes.s('linked'), notes.si('immutable')] });
    await sum.get();
    expect((await seen.count(2)).map((what) => JSON.stringify(what)).toSorted()).toEqual(['["immutable"]', '[3,"linked"]']);
    const failed = await tasks.for(MathTasks).fails.applyAsync(['why'], { link: notes.s('never'), linkError: notes.s('failed') });
    await expect(failed.get()).rejects.toThrow('why');
    expect((await seen.count(3))[2]).toEqual([failed.id, expect.objectContaining({ type: 'TypeError', message: 'why' }), 'failed']);
  });

  it('ignore_result=True: no result of this call is stored', async () => {
    const { tasks, worker } = await working();
    const sent = await tasks.for(MathTasks).notes.applyAsync(['x'], { ignoreResult: true });
    await seen.count(1);
    await worker.idle();
    expect(await sent.record()).toBeNull();
  });

  it('soft_time_limit, time_limit: of this call; soft beyond hard is refused', async () => {
    const { tasks } = await working();
    const sent = await tasks.for(MathTasks).waits.applyAsync([], { softTimeLimit: 20 });
    expect(await sent.get()).toBe('SoftTimeLimitExceeded');
    const refused = tasks.for(MathTasks).waits.applyAsync([], { softTimeLimit: '2s', timeLimit: '1s' });
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it.each(['json', 'extended-json', 'msgpack', 'yaml'] as const)(
    'serializer=%s: how the arguments and the result are written',
    async (serializer) => {
      const { tasks, work } = await start(url(), { providers: [MathTasks], queue: { acceptContent: ['json', serializer] } });
      await work();
      const sent = await tasks.for(MathTasks).add.applyAsync([1, 2], { serializer });
      expect(await sent.get()).toBe(3);
    },
  );

  it.each(['gzip', 'brotli'] as const)('compression=%s: compresses a large argument', async (compression) => {
    const { tasks, work } = await open();
    await work();
    await tasks.for(MathTasks).notes.applyAsync(['long '.repeat(1_000)], { compression });
    expect(await seen.count(1)).toEqual([['long '.repeat(1_000)]]);
  });

  it("app.send_task('name', …) → tasks.sendTask('name', args, options), or a contract that types it without loading the class", async () => {
    const { tasks } = await working();
    expect(await (await tasks.sendTask('call.add', [1, 2], { queue: 'math' })).get()).toBe(3);
    const contract = taskContract<MathTasks>()({ add: { name: 'call.add', queue: 'math' } });
    expect(await (await tasks.for(contract).add.delay(1, 2)).get()).toBe(3);
  });

  it("worker='worker1@host' → applyAsync(args, { worker: 'worker1@host' }): that worker runs it, and no other", async () => {
    const { tasks, work } = await open();
    const sent = await tasks.for(MathTasks).context.applyAsync([], { worker: 'worker2@host' });
    const first = await work({ name: 'worker1@host' });
    await first.idle();
    await work({ name: 'worker2@host' });
    expect(await sent.get()).toMatchObject({ worker: 'worker2@host' });
  });

  it('t.apply() → .apply(args): runs inline', async () => {
    const { tasks, inspector } = await open();
    expect(await tasks.for(MathTasks).add.apply(1, 2)).toBe(3);
    expect(await tasks.for(MathTasks).context.apply()).toMatchObject({ isEager: true });
    await expect(tasks.for(MathTasks).fails.apply('here')).rejects.toThrow(TypeError);
    expect(await inspector.queues()).toEqual([]);
  });

  it('many at once → tasks.sendMany([…]); calls made in the same tick share a round trip by themselves', async () => {
    const { tasks } = await working();
    const calls = Array.from({ length: 50 }, (_one, index) => ({ name: 'call.add', args: [index, 1], options: { queue: 'math' } }));
    const sent = await tasks.sendMany(calls);
    expect(await Promise.all(sent.map((one) => one.get()))).toEqual(calls.map(({ args }) => args[0]! + 1));
  });
});
