import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Ctx, Task, TaskClient, TaskContext } from 'nestjs-task-queue';
import { BROKERS, closeAll, start } from './support/application.js';
import { Events } from './support/events.js';

const seen = new Events();

@Injectable()
class ResultTasks {
  constructor(private readonly tasks: TaskClient) {}

  @Task({ name: 'results.add' })
  add(x: number, y: number): number {
    return x + y;
  }

  @Task({ name: 'results.fails' })
  fails(): never {
    throw new RangeError('out of range');
  }

  @Task({ name: 'results.waits' })
  async waits(@Ctx() ctx: TaskContext): Promise<void> {
    seen.add('waiting');
    await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error)));
  }

  @Task({ name: 'results.parent' })
  async parent(): Promise<string[]> {
    const { add } = this.tasks.for(ResultTasks);
    return [(await add.delay(1, 1)).id, (await add.delay(2, 2)).id];
  }

  @Task({ name: 'results.gets' })
  async gets(): Promise<number> {
    return (await this.tasks.for(ResultTasks).add.delay(1, 1)).get();
  }
}

afterEach(async () => {
  seen.all.length = 0;
  await closeAll();
});

describe.each(BROKERS)('Call on %s: res.…', (_, url) => {
  const open = (queue = {}) => start(url(), { providers: [ResultTasks], queue });
  const working = async (queue = {}) => {
    const application = await open(queue);
    return { ...application, worker: await application.work() };
  };

  it('res.get(timeout=10): the value or the failure; propagate=False returns the error as data', async () => {
    const { tasks } = await working();
    expect(await (await tasks.for(ResultTasks).add.delay(1, 2)).get({ timeout: '10s' })).toBe(3);
    const failed = await tasks.for(ResultTasks).fails.delay();
    await expect(failed.get()).rejects.toMatchObject({ code: 'TASK_FAILED', message: expect.stringContaining('RangeError: out of range') });
    expect(await failed.get({ propagate: false })).toMatchObject({ type: 'RangeError', message: 'out of range' });
  });

  it('res.get(timeout=…) of a task that does not end: an error with the state', async () => {
    const { tasks } = await open();
    const sent = await tasks.for(ResultTasks).add.delay(1, 2);
    await expect(sent.get({ timeout: 10 })).rejects.toMatchObject({ code: 'RESULT_TIMEOUT', message: expect.stringContaining('PENDING') });
  });

  it('.ready() .successful() .failed() .state .result .traceback', async () => {
    const { tasks, work } = await open();
    const [good, bad] = [await tasks.for(ResultTasks).add.delay(1, 2), await tasks.for(ResultTasks).fails.delay()];
    expect([await good.ready(), await good.state(), await good.result()]).toEqual([false, 'PENDING', undefined]);
    await work();
    await Promise.all([good.get(), bad.get({ propagate: false })]);
    expect([await good.ready(), await good.successful(), await good.failed(), await good.state()]).toEqual([true, true, false, 'SUCCESS']);
    expect([await bad.ready(), await bad.successful(), await bad.failed(), await bad.state()]).toEqual([true, false, true, 'FAILURE']);
    expect([await good.result(), await bad.result()]).toMatchObject([3, { type: 'RangeError' }]);
    expect(await bad.traceback()).toContain('ResultTasks.fails');
  });

  it('.forget(): the result is removed; an unknown id is UNKNOWN, not PENDING', async () => {
    const { tasks } = await working();
    const sent = await tasks.for(ResultTasks).add.delay(1, 2);
    await sent.get();
    await sent.forget();
    expect([await sent.record(), await sent.state(), await tasks.result('nobody').state()]).toEqual([null, 'UNKNOWN', 'UNKNOWN']);
  });

  it('.revoke(): it never runs; with terminate=True it also ends where it runs', async () => {
    const { tasks, work } = await open();
    const waiting = await tasks.for(ResultTasks).add.applyAsync([1, 2], { countdown: '1h' });
    await waiting.revoke();
    await work();
    await expect(waiting.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
    const running = await tasks.for(ResultTasks).waits.delay();
    await seen.count(1);
    await running.revoke({ terminate: true });
    await expect(running.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
  });

  it('.exists(): whether the id is known', async () => {
    const { tasks } = await open();
    const sent = await tasks.for(ResultTasks).add.delay(1, 2);
    expect([await sent.exists(), await tasks.result('nobody').exists()]).toEqual([true, false]);
  });

  it('.children .parent .collect(), with trail: the tasks it has sent, and their results', async () => {
    const { tasks } = await working({ trail: true });
    const sent = await tasks.for(ResultTasks).parent.delay();
    const ids = await sent.get();
    const children = await sent.children();
    expect(children.map(({ id }) => id)).toEqual(ids);
    await Promise.all(children.map((child) => child.get()));
    expect((await children[0]!.parent())?.id).toBe(sent.id);
    const collected: unknown[] = [];
    for await (const [result, value] of sent.collect()) collected.push([result.id, value]);
    expect(collected).toEqual([[sent.id, ids], [ids[0], 2], [ids[1], 4]]); // prettier-ignore
  });

  it('.name .args .worker .retries .queue, with result_extended → resultExtended: true', async () => {
    const { tasks, work } = await open({ resultExtended: true });
    await work({ name: 'worker1@host' });
    const sent = await tasks.for(ResultTasks).add.delay(1, 2);
    await sent.get();
    expect(await sent.record()).toMatchObject({
      call: { name: 'results.add', args: [1, 2], queue: 'default' },
      worker: 'worker1@host',
      retries: 0,
    });
  });

  it('res.get() inside a task: refused with the reason', async () => {
    const { tasks } = await working();
    const sent = await tasks.for(ResultTasks).gets.delay();
    await expect(sent.get()).rejects.toMatchObject({ code: 'TASK_FAILED', message: expect.stringContaining('GetWithinTaskError') });
  });
});
