import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TaskClient, TaskWorkerModule } from 'nestjs-task-queue';
import { RecordedLog } from '../../../nest/support/boot.js';
import { AppModule } from './src/app.module.js';
import { calls } from './src/calls.js';
import { publish } from './src/links.js';
import { PostTasks } from './src/post.tasks.js';
import { renderOn } from './src/worker-call.js';

@Module({ imports: [AppModule, TaskWorkerModule.forRoot({ name: 'disk1@host', queues: ['default', 'pages', 'alarms'] })] })
class WorkerModule {}

describe('the guide to calling', () => {
  let app: TestingModule;
  let tasks: TaskClient;

  beforeAll(async () => {
    app = await Test.createTestingModule({ imports: [WorkerModule] })
      .setLogger(new RecordedLog())
      .compile();
    await app.init();
    tasks = app.get(TaskClient);
  });
  afterAll(() => app.close());

  it('sends with every option it shows', async () => {
    expect(await (await calls(tasks, 'first')).get()).toBe('/pages/first.html');
    expect((await tasks.sendTask('posts.render', ['first'], { taskId: 'render-first' })).deduplicated).toBe(true);
    expect(await tasks.queues.counts('urgent')).toMatchObject({ ready: 1 });
  });

  it('reaches the one worker', async () => {
    expect(await (await renderOn(tasks, 'disk1@host', 'second')).get()).toBe('/pages/second.html');
    expect(await (await renderOn(tasks, 'elsewhere', 'second')).state()).toBe('PENDING');
  });

  it('calls what follows a success, and what follows a failure', async () => {
    const { done } = app.get(PostTasks);
    await publish(tasks, 'third');
    const broken = await publish(tasks, 'broken');
    while (done.length < 3) await new Promise((resolve) => setImmediate(resolve));
    expect(done.sort()).toEqual([`${broken.id}: no template`, '/pages/third.html in #news', 'cleaned /tmp'].sort());
  });
});
