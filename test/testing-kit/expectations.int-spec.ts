import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AssertionError } from 'node:assert';
import { Test, type TestingModule } from '@nestjs/testing';
import { TaskClient } from 'nestjs-task-queue';
import { TaskQueueTestingModule, TestQueue } from 'nestjs-task-queue/testing';
import { Outbox, shopContract, ShopTasks } from './support/shop.js';

let app: TestingModule;
let queue: TestQueue;
let tasks: TaskClient;

const said = (check: () => void): string => {
  try {
    check();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
};

beforeEach(async () => {
  app = await Test.createTestingModule({ imports: [TaskQueueTestingModule.forRoot()], providers: [Outbox, ShopTasks] }).compile();
  [queue, tasks] = [app.get(TestQueue), app.get(TaskClient)];
});
afterEach(() => app.close());

describe('expectSent()', () => {
  it('sees calls by class, by contract and by name, however they were made', async () => {
    await tasks.for(ShopTasks).mail.delay('ada');
    await tasks.for(shopContract).mail.applyAsync(['bob']);
    await tasks.sendTask('shop.mail', ['eve']);
    await tasks.sendMany([{ name: 'shop.mail', args: ['joe'] }]);
    queue.expectSent(ShopTasks, 'mail').times(4);
    queue.expectSent(shopContract, 'mail').with('ada').once();
    queue.expectSent('shop.mail').with('joe');
    expect(queue.expectSent('shop.mail').calls.map(({ args }) => args[0])).toEqual(['ada', 'bob', 'eve', 'joe']);
  });

  it('counts tasks that tasks send, with the id of the sender', async () => {
    const order = await tasks.for(ShopTasks).order.delay(['ada']);
    queue.expectNotSent(ShopTasks, 'mail');
    await queue.drain();
    expect(queue.expectSent(ShopTasks, 'mail').with('ada').calls[0]).toMatchObject({ parentId: order.id, queue: 'default' });
  });

  it('counts links as sent, but not retries and snoozes', async () => {
    app.get(Outbox).failures = 1;
    const link = tasks.for(ShopTasks).order.s(['bob']);
    const sent = await tasks.for(ShopTasks).early.applyAsync(['ada'], { link: tasks.for(ShopTasks).mail.si('eve') });
    await tasks.for(ShopTasks).mail.applyAsync(['joe'], { linkError: link });
    await queue.drain();
    queue.expectSent(ShopTasks, 'early').once();
    expect(queue.expectSent(ShopTasks, 'mail').with('eve').once().calls[0]).toMatchObject({ parentId: sent.id });
    queue.expectNotSent(ShopTasks, 'order');
  });

  it('compares arguments as they travel: without classes and absent arguments, with matchers', async () => {
    class Note {
      constructor(readonly text: string) {}
    }
    await tasks.for(ShopTasks).order.delay(['ada'], new Note('quick'));
    queue.expectSent(ShopTasks, 'order').with(['ada'], { text: 'quick' });
    queue.expectSent(ShopTasks, 'order').with(['ada'], new Note('quick'));
    queue.expectSent(ShopTasks, 'order').with(expect.arrayContaining(['ada']), { text: expect.any(String) });
    expect(() => queue.expectSent(ShopTasks, 'order').with(['ada'])).toThrow(AssertionError);
    await tasks.for(ShopTasks).order.delay(['bob'], undefined);
    queue.expectSent(ShopTasks, 'order').with(['bob']);
  });

  it('keeps sent arguments unchanged', async () => {
    const customers = ['ada'];
    await tasks.for(ShopTasks).order.delay(customers);
    customers.push('bob');
    expect(queue.expectSent(ShopTasks, 'order').calls[0]?.args).toEqual([['ada']]);
  });

  it('sees the options of the call, and those that the task has set', async () => {
    await tasks.for(ShopTasks).order.applyAsync([['ada']], { countdown: '1h', expires: '2h', headers: { tenant: 'a' }, priority: 9 });
    queue
      .expectSent(ShopTasks, 'order')
      .withOptions({ queue: 'orders', countdown: 3_600_000, expires: '2h', headers: { tenant: 'a' }, priority: 9 });
    const eta = new Date(queue.clock.now() + 3_600_000);
    queue.expectSent(ShopTasks, 'order').withOptions({ eta });
    expect(() => queue.expectSent(ShopTasks, 'order').withOptions({ countdown: '2h' })).toThrow(AssertionError);
    expect(() => queue.expectSent(ShopTasks, 'order').withOptions({ qeue: 'a' } as never)).toThrow("Did you mean 'queue'?");
  });

  it('does not count a call that was taken before', async () => {
    await tasks.for(ShopTasks).mail.applyAsync(['ada'], { taskId: 'once' });
    await tasks.for(ShopTasks).mail.applyAsync(['ada'], { taskId: 'once' });
    expect(queue.expectSent(ShopTasks, 'mail').withOptions({ taskId: 'once' }).once().calls).toHaveLength(1);
  });

  it('forgets between two parts of a test', async () => {
    await tasks.for(ShopTasks).mail.delay('ada');
    queue.forgetSent();
    queue.expectNotSent(ShopTasks, 'mail');
    expect(queue.sent()).toEqual([]);
  });
});

describe('the message of a failed expectation', () => {
  it('that nothing was sent', () => {
    expect(said(() => queue.expectSent(ShopTasks, 'mail'))).toBe(
      "Expected ShopTasks.mail ('shop.mail') to have been sent.\nNothing was sent.",
    );
  });

  it('the calls that were sent', async () => {
    await tasks.for(ShopTasks).order.delay(['ada']);
    await tasks.for(ShopTasks).order.delay(['bob']);
    await tasks.for(ShopTasks).early.delay('eve');
    expect(said(() => queue.expectSent('shop.mial'))).toBe(
      "Expected 'shop.mial' to have been sent.\nSent were: shop.order (2 times), shop.early (once).",
    );
  });

  it('with which arguments and options it was sent', async () => {
    await tasks.for(ShopTasks).mail.delay('ada');
    await tasks.for(ShopTasks).mail.applyAsync(['bob'], { queue: 'bulk', countdown: '1m' });
    expect(said(() => queue.expectSent(ShopTasks, 'mail').with('eve'))).toBe(
      [
        "Expected ShopTasks.mail ('shop.mail') to have been sent with ('eve').",
        'It was sent 2 times:',
        "  1. ('ada') { queue: 'default' }",
        "  2. ('bob') { queue: 'bulk', countdown: 60000 }",
      ].join('\n'),
    );
  });

  it('how often', async () => {
    await tasks.for(ShopTasks).mail.delay('ada');
    expect(said(() => queue.expectSent(ShopTasks, 'mail').with('ada').times(2))).toContain(
      "to have been sent with ('ada') 2 times, not once.",
    );
  });

  it('that it was sent, where it should not have been', async () => {
    await tasks.for(ShopTasks).mail.delay('ada');
    expect(said(() => queue.expectNotSent(ShopTasks, 'mail'))).toContain('not to have been sent.\nIt was sent once:');
    expect(said(() => queue.expectNotSent(ShopTasks, 'mail', ['ada']))).toContain("not to have been sent with ('ada').");
    queue.expectNotSent(ShopTasks, 'mail', ['bob']);
    queue.expectNotSent('shop.order');
  });

  it('if the method is not a task', () => {
    expect(() => queue.expectSent(ShopTasks, 'plain')).toThrow(expect.objectContaining({ code: 'TASK_METHOD_UNKNOWN' }));
  });
});
