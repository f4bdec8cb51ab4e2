import { randomUUID } from 'node:crypto';
import { Test } from '@nestjs/testing';
import { TaskClient, TaskQueueModule } from 'nestjs-task-queue';
import { startTestWorker } from 'nestjs-task-queue/testing';
import { Mailer } from './mailer.js';
import { PostTasks } from './post.tasks.js';

it('publishes through a real Redis', async () => {
  const app = await Test.createTestingModule({
    imports: [TaskQueueModule.forRoot({ broker: process.env.REDIS_URL!, keyPrefix: `test-${randomUUID()}` })],
    providers: [PostTasks, { provide: Mailer, useValue: { send: async () => {} } }],
  }).compile();
  await startTestWorker(app, { concurrency: 2 });

  const sent = await app.get(TaskClient).for(PostTasks).publish.delay('p1', ['ada', 'bob']);

  expect(await sent.get({ timeout: '5s' })).toBe(2);
  await app.close(); // ends the worker, too
});
