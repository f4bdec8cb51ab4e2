import { expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { TaskClient, TaskInspect, TaskWorkerModule } from 'nestjs-task-queue';
import { BlogModule } from './blog.module.js';
import { PostTasks } from './post.tasks.js';

it('runs an application on an engine of its own', async () => {
  const app = await Test.createTestingModule({ imports: [BlogModule, TaskWorkerModule.forRoot({ queues: ['default'] })] }).compile();
  await app.init();
  const tasks = app.get(TaskClient);

  const sent = await tasks.for(PostTasks).sendPostEmail.delay('7');

  expect(await sent.get({ timeout: '5s' })).toBe('sent 7');
  expect(Object.values(await app.get(TaskInspect).ping({ timeout: 200 }))).toMatchObject([{ value: 'pong' }]);
  await expect(sent.revoke()).rejects.toMatchObject({ code: 'PART_MISSING' });
  await app.close();
});
