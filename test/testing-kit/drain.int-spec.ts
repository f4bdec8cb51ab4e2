import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { TaskClient } from 'nestjs-task-queue';
import { TaskQueueTestingModule, TestQueue, type TestingRootOptions } from 'nestjs-task-queue/testing';
import { RecordedLog } from '../nest/support/boot.js';
import { Outbox, ShopTasks, SmtpError } from './support/shop.js';

let app: TestingModule;
let queue: TestQueue;
let outbox: Outbox;
let tasks: TaskClient;

async function start(options: TestingRootOptions = {}): Promise<void> {
  app = await Test.createTestingModule({ imports: [TaskQueueTestingModule.forRoot(options)], providers: [Outbox, ShopTasks] })
    .setLogger(new RecordedLog())
    .compile();
  [queue, outbox, tasks] = [app.get(TestQueue), app.get(Outbox), app.get(TaskClient)];
}

describe('drain()', () => {
  beforeEach(() => start());
  afterEach(() => app.close());

  it('leaves sent tasks in the queue until it is called, then runs them with the application’s own handlers', async () => {
    const sent = await tasks.for(ShopTasks).mail.delay('ada');
    expect([await sent.state(), outbox.mails]).toEqual(['PENDING', []]);
    const { runs } = await queue.drain();
    expect(outbox.mails).toEqual(['ada']);
    expect(await sent.get()).toBe('ada after 0');
    expect(runs).toEqual([
      { id: sent.id, task: 'shop.mail', args: ['ada'], queue: 'default', retries: 0, outcome: 'success', value: 'ada after 0' },
    ]);
  });

  it('runs tasks that tasks send, in every queue, one after the other, until none is due', async () => {
    await tasks.for(ShopTasks).order.delay(['ada', 'bob']);
    await tasks.for(ShopTasks).mail.applyAsync(['eve'], { queue: 'nobody-declared-it' });
    await queue.drain();
    expect(outbox.mails.toSorted()).toEqual(['ada', 'bob', 'eve']);
    expect((await queue.drain()).runs).toEqual([]);
  });

  it('runs tasks that a task sends without awaiting', async () => {
    await tasks.for(ShopTasks).forgetsToWait.delay('ada');
    await queue.drain();
    expect(outbox.mails).toEqual(['ada']);
  });

  it('runs calls that were not awaited', async () => {
    void tasks.for(ShopTasks).mail.delay('ada');
    await queue.drain();
    expect(outbox.mails).toEqual(['ada']);
  });

  it('leaves delayed tasks, and runs them when the clock has advanced', async () => {
    await tasks.for(ShopTasks).mail.applyAsync(['ada'], { countdown: '1h' });
    await tasks.for(ShopTasks).mail.applyAsync(['bob'], { eta: queue.clock.now() + 7_200_000 });
    expect(await queue.drain()).toEqual({ runs: [], failures: [], later: 2 });
    await queue.clock.advance('1h');
    expect((await queue.drain()).later).toBe(1);
    await queue.clock.advance('1h');
    await queue.drain();
    expect(outbox.mails).toEqual(['ada', 'bob']);
  });

  it('retries after the delay by the clock, and reports a failure without throwing it', async () => {
    outbox.failures = 3;
    const sent = await tasks.for(ShopTasks).mail.delay('ada');
    for (const outcome of ['retry', 'retry']) {
      const { runs, later } = await queue.drain();
      expect([runs.map((run) => run.outcome), later]).toEqual([[outcome], 1]);
      await queue.clock.advance('1m');
    }
    const { failures, later } = await queue.drain();
    expect(failures).toMatchObject([{ task: 'shop.mail', retries: 2, error: expect.any(SmtpError) }]);
    expect([await sent.state(), later]).toEqual(['FAILURE', 0]);
  });

  it('ends what expires while the clock moves', async () => {
    const sent = await tasks.for(ShopTasks).mail.applyAsync(['ada'], { expires: '10m' });
    await queue.clock.advance('11m');
    expect((await queue.drain()).runs).toMatchObject([{ outcome: 'revoked', error: { message: expect.stringContaining('expired') } }]);
    expect([await sent.state(), outbox.mails]).toEqual(['REVOKED', []]);
  });

  it('throws the failure where it is asked to: the very error of one task, all of several', async () => {
    outbox.failures = 9;
    await tasks.for(ShopTasks).early.delay('ada');
    await expect(queue.drain({ throwFailures: true })).rejects.toBeInstanceOf(SmtpError);
    await tasks.for(ShopTasks).early.delay('bob');
    await tasks.for(ShopTasks).early.delay('eve');
    await expect(queue.drain({ throwFailures: true })).rejects.toMatchObject({
      errors: [{ message: '450 bob' }, { message: '450 eve' }],
      message: expect.stringContaining(`2 tasks failed:\n  shop.early("bob"): Error: 450 bob`),
    });
  });

  it('waits for tasks that are acknowledged before they run, and for their retries', async () => {
    outbox.failures = 1;
    await tasks.for(ShopTasks).early.delay('ada');
    expect((await queue.drain()).runs.map((run) => run.outcome)).toEqual(['retry', 'success']);
    expect(outbox.mails).toEqual(['ada']);
  });

  it('gives up on tasks that send each other endlessly', async () => {
    await tasks.for(ShopTasks).forEver.delay();
    await expect(queue.drain({ limit: 50 })).rejects.toThrow(
      "stopped after 50 attempts, and there are more: the last were of 'shop.for_ever'",
    );
  });

  it('keeps an unknown task for later', async () => {
    await tasks.sendTask('elsewhere.work');
    expect(await queue.drain()).toMatchObject({ runs: [], later: 1 });
    queue.expectSent('elsewhere.work').once();
  });

  it('can be called again while it is under way', async () => {
    await tasks.for(ShopTasks).order.delay(['ada', 'bob']);
    const [first, second] = await Promise.all([queue.drain(), queue.drain()]);
    expect([first.runs.length, second.runs.length]).toEqual([3, 0]);
  });

  it('lets the clock move while a task runs', async () => {
    const sent = await tasks.for(ShopTasks).waits.applyAsync([], { softTimeLimit: '5m' });
    const drained = queue.drain();
    while ((await sent.state()) !== 'RECEIVED') await new Promise((resolve) => setImmediate(resolve));
    await queue.clock.advance('5m');
    expect((await drained).failures).toMatchObject([{ error: { name: 'SoftTimeLimitExceeded' } }]);
  });
});

describe('eager mode', () => {
  afterEach(() => app.close());

  it('runs inside the call, with retries, and has nothing left to drain', async () => {
    await start({ mode: 'eager' });
    outbox.failures = 2;
    const sent = await tasks.for(ShopTasks).mail.delay('ada');
    expect(await sent.get()).toBe('ada after 2');
    queue.expectSent(ShopTasks, 'mail').with('ada').once();
    expect(await queue.drain()).toEqual({ runs: [], failures: [], later: 0 });
  });

  it('throws the task’s error from the call with propagate', async () => {
    await start({ mode: 'eager', propagate: true });
    outbox.failures = 9;
    await expect(tasks.for(ShopTasks).mail.delay('ada')).rejects.toBeInstanceOf(SmtpError);
  });
});
