import { Test, type TestingModule } from '@nestjs/testing';
import { TaskQueueTestingModule, TestQueue } from 'nestjs-task-queue/testing';
import { Mailer } from './mailer.js';
import { PostTasks } from './post.tasks.js';
import { PostsService } from './posts.service.js';

describe('publishing a post', () => {
  const mailer = { sent: [] as string[], send: async (to: string) => void mailer.sent.push(to) };
  let app: TestingModule;
  let queue: TestQueue;

  beforeEach(async () => {
    mailer.sent = [];
    app = await Test.createTestingModule({
      imports: [TaskQueueTestingModule.forRoot()], // in the place of TaskQueueModule.forRoot({ … })
      providers: [PostsService, PostTasks, { provide: Mailer, useValue: mailer }],
    }).compile();
    queue = app.get(TestQueue);
  });
  afterEach(() => app.close());

  it('sends one task, and nothing runs yet', async () => {
    await app.get(PostsService).publish('p1');

    queue.expectSent(PostTasks, 'publish').with('p1', ['ada', 'bob']).once();
    queue.expectNotSent(PostTasks, 'notify');
    expect(mailer.sent).toEqual([]);
  });

  it('mails each reader', async () => {
    await app.get(PostsService).publish('p1');
    const { runs } = await queue.drain({ throwFailures: true });

    queue.expectSent(PostTasks, 'notify').with('ada', 'p1').withOptions({ queue: 'mail' });
    queue.expectSent(PostTasks, 'notify').times(2);
    expect(mailer.sent).toEqual(['ada', 'bob']);
    expect(runs.map((run) => run.task)).toEqual(['posts.publish', 'posts.notify', 'posts.notify']);
  });
});
