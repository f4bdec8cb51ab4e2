import { Test, type TestingModule } from '@nestjs/testing';
import { TaskClient, type AsyncResult } from 'nestjs-task-queue';
import { TaskQueueTestingModule, TestQueue } from 'nestjs-task-queue/testing';
import { asDeclared, MailTasks, slowDown } from './mail.tasks.js';

describe('mail', () => {
  let app: TestingModule;
  let queue: TestQueue;
  let tasks: TaskClient;
  let waiting: AsyncResult<void>[];

  beforeEach(async () => {
    app = await Test.createTestingModule({ imports: [TaskQueueTestingModule.forRoot()], providers: [MailTasks] }).compile();
    [queue, tasks] = [app.get(TestQueue), app.get(TaskClient)];
    waiting = [];
    for (const to of ['ada', 'bob', 'cleo']) waiting.push(await tasks.for(MailTasks).send.delay(to));
  });
  afterEach(() => app.close());

  it('is sent as fast as the provider takes it, and holds up nothing else', async () => {
    const count = await tasks.for(MailTasks).count.delay();
    expect(await queue.drain()).toMatchObject({ later: 2 }); // those that wait for a slot
    expect(app.get(MailTasks).sent).toEqual(['ada']);
    expect(await count.get()).toBe(1);

    await queue.clock.advance(600);
    await queue.drain();
    expect(app.get(MailTasks).sent).toEqual(['ada', 'bob']);
  });

  it('is slowed down for what waits already, until told otherwise', async () => {
    await slowDown(tasks);
    await queue.drain();
    await queue.clock.advance('5m');
    await queue.drain();
    expect(app.get(MailTasks).sent).toEqual(['ada']);

    await asDeclared(tasks);
    await queue.drain();
    expect(app.get(MailTasks).sent).toEqual(['ada', 'bob']);
  });

  it('that is revoked leaves its turn to the next', async () => {
    const last = await tasks.for(MailTasks).send.delay('dora');
    await queue.drain();
    await Promise.all(waiting.slice(1).map((one) => one.revoke()));
    await queue.clock.advance(600);
    await queue.drain();
    expect([app.get(MailTasks).sent, await last.state()]).toEqual([['ada', 'dora'], 'SUCCESS']);
  });
});
