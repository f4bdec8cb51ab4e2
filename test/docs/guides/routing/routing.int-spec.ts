import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { TaskClient } from 'nestjs-task-queue';
import { help, overview, whileMoving } from './src/operate.js';
import { PostTasks } from './src/post.tasks.js';
import { WorkerModule } from './src/worker.module.js';

describe('the guide to routing', () => {
  let app: TestingModule;
  let tasks: TaskClient;

  beforeAll(async () => {
    app = await Test.createTestingModule({ imports: [WorkerModule] }).compile();
    await app.init();
    tasks = app.get(TaskClient);
  });
  afterAll(() => app.close());

  it('routes by the class with dependencies, by table, by decorator, and lets the call win', async () => {
    const { render, notify } = tasks.for(PostTasks);
    expect(await (await notify.delay()).get()).toBe('email');
    expect(await (await render.delay()).get()).toBe('pages');
    expect(await (await render.applyAsync([], { headers: { tenant: 'acme' } })).get()).toBe('tenant-acme');
    expect(await (await notify.applyAsync([], { queue: 'default' })).get()).toBe('default');
  });

  it('holds a queue back while its server is moved', async () => {
    let held: string | undefined;
    await whileMoving(tasks, async () => {
      const sent = await tasks.for(PostTasks).notify.delay();
      expect(await overview(tasks)).toContainEqual(expect.objectContaining({ queue: 'email', paused: true, ready: 1 }));
      held = sent.id;
    });
    expect(await tasks.result(held!).get()).toBe('email');
  });

  it('lends a worker to a queue that nobody consumes', async () => {
    const sent = await tasks.for(PostTasks).export.delay();
    expect(await tasks.queues.counts('slow')).toMatchObject({ ready: 1 });
    await help(tasks, 'slow', `worker@${(await import('node:os')).hostname()}`);
    expect(await sent.get()).toBe('slow');
  });
});
