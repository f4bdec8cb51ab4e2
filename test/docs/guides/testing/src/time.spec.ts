import { Test } from '@nestjs/testing';
import { TaskClient } from 'nestjs-task-queue';
import { TaskQueueTestingModule, TestQueue } from 'nestjs-task-queue/testing';
import { Mailer, SmtpError } from './mailer.js';
import { PostTasks } from './post.tasks.js';
import { PostsService } from './posts.service.js';

const broken = { send: () => Promise.reject(new SmtpError('421 come back later')) };

async function start() {
  const app = await Test.createTestingModule({
    imports: [TaskQueueTestingModule.forRoot()],
    providers: [PostsService, PostTasks, { provide: Mailer, useValue: broken }],
  }).compile();
  return { app, queue: app.get(TestQueue), tasks: app.get(TaskClient) };
}

it('publishes a day later', async () => {
  const { app, queue } = await start();
  await app.get(PostsService).schedule('p1');

  expect(await queue.drain()).toMatchObject({ runs: [], later: 1 });
  await queue.clock.advance('1d');
  expect((await queue.drain()).runs[0]).toMatchObject({ task: 'posts.publish', outcome: 'success', value: 1 });
  await app.close();
});

it('tries a mail three times in ten minutes, then gives up', async () => {
  const { app, queue, tasks } = await start();
  const sent = await tasks.for(PostTasks).notify.delay('ada', 'p1');

  for (let attempt = 0; attempt < 2; attempt++) {
    expect((await queue.drain()).runs).toMatchObject([{ retries: attempt, outcome: 'retry' }]);
    await queue.clock.advance('5m');
  }
  expect((await queue.drain()).failures).toMatchObject([{ retries: 2, error: expect.any(SmtpError) }]);
  expect(await sent.state()).toBe('FAILURE');
  await app.close();
});
