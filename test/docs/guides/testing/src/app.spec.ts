import { Test } from '@nestjs/testing';
import { TaskQueueTestingModule, TestQueue } from 'nestjs-task-queue/testing';
import { AppModule } from './app.module.js';
import { Mailer } from './mailer.js';
import { PostsService } from './posts.service.js';

it('mails the readers of a published post', async () => {
  const sent: string[] = [];
  const app = await Test.createTestingModule({ imports: [AppModule, TaskQueueTestingModule.takeOver()] })
    .overrideProvider(Mailer)
    .useValue({ send: async (to: string) => void sent.push(to) })
    .compile();
  await app.init();

  await app.get(PostsService).publish('p1');
  await app.get(TestQueue).drain({ throwFailures: true });

  expect(sent).toEqual(['ada', 'bob']);
  await app.close();
});
