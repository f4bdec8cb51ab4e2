import { afterEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';
import { InjectTaskClient, TaskClient, TaskQueueModule, TaskWorkerModule, WorkerOrchestrator } from 'nestjs-task-queue';
import { FakeClock, startTestWorker, TaskQueueTestingModule, TestQueue } from 'nestjs-task-queue/testing';
import { RecordedLog } from '../nest/support/boot.js';
import { redisUrl, uniquePrefix } from '../support/services.js';
import { Outbox, ShopModule, ShopTasks } from './support/shop.js';

const open: TestingModule[] = [];

async function compiled(builder: TestingModuleBuilder): Promise<TestingModule> {
  const app = await builder.setLogger(new RecordedLog()).compile();
  open.push(app);
  return app;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

/** What this process waits for, by kind. */
function openHandles(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

describe('takeOver(), beside the application’s own modules', () => {
  it('opens its queues in memory whatever broker they name, and keeps its workers idle', async () => {
    const app = await compiled(Test.createTestingModule({ imports: [ShopModule, TaskQueueTestingModule.takeOver()] }));
    await app.init();
    const queue = app.get(TestQueue);
    await app.get(TaskClient).for(ShopTasks).order.delay(['ada']);
    expect(app.get(WorkerOrchestrator, { strict: false }).health()).toMatchObject({ consuming: false });
    await queue.drain({ throwFailures: true });
    expect(app.get(Outbox).mails).toEqual(['ada']);
  });

  it('leaves the application’s options in force', async () => {
    const app = await compiled(Test.createTestingModule({ imports: [TaskQueueTestingModule.takeOver(), ShopModule] }));
    const refused = app.get(TaskClient).for(ShopTasks).mail.applyAsync(['ada'], { queue: 'blk' });
    await expect(refused).rejects.toMatchObject({ code: 'QUEUE_UNKNOWN', message: expect.stringContaining("Did you mean 'bulk'?") });
  });

  it('uses the options of the application’s worker, except queues and concurrency', async () => {
    const reported: unknown[] = [];
    const worker = TaskWorkerModule.forRoot({
      queues: ['elsewhere'],
      tasks: { 'shop.mail': { maxRetries: 0 } },
      onTaskError: ({ task }) => reported.push(task),
    });
    const imports = [TaskQueueModule.forRoot({}), worker, TaskQueueTestingModule.takeOver()];
    const app = await compiled(Test.createTestingModule({ imports, providers: [Outbox, ShopTasks] }));
    app.get(Outbox).failures = 1;
    await app.get(TaskClient).for(ShopTasks).mail.delay('ada');
    expect((await app.get(TestQueue).drain()).failures).toHaveLength(1);
    expect(reported).toEqual(['shop.mail']);
  });

  it('serves several named queues, each on its own', async () => {
    class Sender {
      constructor(
        readonly tasks: TaskClient,
        readonly other: TaskClient,
      ) {}
    }
    InjectTaskClient()(Sender, undefined as never, 0);
    InjectTaskClient('other')(Sender, undefined as never, 1);
    const imports = [TaskQueueModule.forRoot({}), TaskQueueModule.forRoot({ name: 'other' }), TaskQueueTestingModule.takeOver()];
    const app = await compiled(Test.createTestingModule({ imports, providers: [Outbox, ShopTasks, Sender] }));
    const { tasks, other } = app.get(Sender);
    await tasks.for(ShopTasks).mail.applyAsync(['ada'], { taskId: 'same' });
    await other.for(ShopTasks).mail.applyAsync(['bob'], { taskId: 'same' });
    await app.get(TestQueue).drain();
    expect(app.get(Outbox).mails).toEqual(['ada', 'bob']);
    expect(
      app
        .get(TestQueue)
        .sent()
        .map(({ client }) => client),
    ).toEqual(['default', 'other']);
  });

  it('gives each application its own store and clock', async () => {
    const testing = TaskQueueTestingModule.takeOver();
    const apps = [0, 1].map(() => compiled(Test.createTestingModule({ imports: [ShopModule, testing] })));
    const [first, second] = (await Promise.all(apps)) as [TestingModule, TestingModule];
    await first.get(TaskClient).for(ShopTasks).mail.delay('ada');
    await first.get(TestQueue).clock.advance('1h');
    expect((await second.get(TestQueue).drain()).runs).toEqual([]);
    expect(second.get(TestQueue).clock.now()).toBe(first.get(TestQueue).clock.now() - 3_600_000);
  });

  it('uses a clock of the test', async () => {
    const clock = new FakeClock(1_000);
    const app = await compiled(Test.createTestingModule({ imports: [ShopModule, TaskQueueTestingModule.takeOver({ clock })] }));
    expect(app.get(TestQueue).clock).toBe(clock);
    await app.get(TaskClient).for(ShopTasks).mail.delay('ada');
    expect(app.get(TestQueue).sent()[0]).toMatchObject({ sentAt: 1_000 });
  });
});

describe('forRoot(), in the place of TaskQueueModule', () => {
  @Module({ imports: [TaskQueueModule.forRoot({ broker: 'redis://nowhere.invalid:1' })] })
  class QueueModule {}
  @Module({ imports: [QueueModule, TaskWorkerModule.forRoot()], providers: [Outbox, ShopTasks] })
  class AppModule {}

  it('replaces a module by overrideModule', async () => {
    const builder = Test.createTestingModule({ imports: [AppModule] })
      .overrideModule(QueueModule)
      .useModule(TaskQueueTestingModule.forRoot({ defaultQueue: 'mails' }));
    const app = await compiled(builder);
    await app.get(TaskClient).for(ShopTasks).mail.delay('ada');
    app.get(TestQueue).expectSent(ShopTasks, 'mail').withOptions({ queue: 'mails' });
    await app.get(TestQueue).drain();
    expect(app.get(Outbox).mails).toEqual(['ada']);
  });

  it('checks its options', () => {
    expect(() => TaskQueueTestingModule.forRoot({ mode: 'lazy' as never })).toThrow("'mode' must be 'queue' or 'eager'");
    expect(() => TaskQueueTestingModule.takeOver({ mod: 'eager' } as never)).toThrow("Did you mean 'mode'?");
  });

  it('checks the options of its worker when it is first needed', async () => {
    const imports = [TaskQueueTestingModule.forRoot({ worker: { concurency: 2 } as never })];
    const app = await compiled(Test.createTestingModule({ imports, providers: [Outbox, ShopTasks] }));
    await expect(app.get(TestQueue).drain()).rejects.toMatchObject({ code: 'UNKNOWN_OPTION' });
  });
});

describe('closing the application', () => {
  it('leaves no handle open after drains, though a task still runs', async () => {
    const before = openHandles();
    const app = await Test.createTestingModule({ imports: [ShopModule, TaskQueueTestingModule.takeOver()] })
      .setLogger(new RecordedLog())
      .compile();
    await app.init();
    const queue = app.get(TestQueue);
    await app.get(TaskClient).for(ShopTasks).mail.delay('ada');
    await queue.drain();
    const sent = await app.get(TaskClient).for(ShopTasks).waits.delay();
    const drained = queue.drain();
    while ((await sent.state()) === 'PENDING') await new Promise((resolve) => setImmediate(resolve));
    await app.close();
    expect(await drained).toMatchObject({ runs: [{ outcome: 'released' }] });
    expect(queue.clock.timers).toBe(0);
    expect(openHandles()).toEqual(before);
  });

  it('leaves no handle open after a worker on Redis', async () => {
    const before = openHandles();
    const imports = [TaskQueueModule.forRoot({ broker: redisUrl(), keyPrefix: uniquePrefix() })];
    const app = await Test.createTestingModule({ imports, providers: [Outbox, ShopTasks] })
      .setLogger(new RecordedLog())
      .compile();
    await app.init();
    await startTestWorker(app);
    const sent = await app.get(TaskClient).for(ShopTasks).mail.delay('ada');
    expect(await sent.get()).toBe('ada after 0');
    await app.close();
    // The sockets are told to end; the server's answer to that is still to come.
    while (openHandles()['TCPSocketWrap'] !== before['TCPSocketWrap']) await new Promise((resolve) => setImmediate(resolve));
    expect(openHandles()).toEqual(before);
  });
});

describe('startTestWorker()', () => {
  it('consumes from the real broker with the application’s own handlers, until it is stopped', async () => {
    const imports = [TaskQueueModule.forRoot({ broker: redisUrl(), keyPrefix: uniquePrefix() })];
    const app = await compiled(Test.createTestingModule({ imports, providers: [Outbox, ShopTasks] }));
    const tasks = app.get(TaskClient);
    const worker = await startTestWorker(app, { name: 'one' });
    const order = await tasks.for(ShopTasks).order.delay(['ada']);
    expect([worker.name, await order.get()]).toEqual(['one', 1]);
    await worker.idle();
    await worker.stop();
    await worker.stop();
    const late = await tasks.for(ShopTasks).mail.delay('bob');
    expect(await late.state()).toBe('PENDING');
  });

  it('refuses options that a worker does not have', async () => {
    const app = await compiled(Test.createTestingModule({ imports: [TaskQueueModule.forRoot({})], providers: [Outbox, ShopTasks] }));
    await expect(startTestWorker(app, { concurency: 2 } as never)).rejects.toMatchObject({ code: 'UNKNOWN_OPTION' });
  });
});
