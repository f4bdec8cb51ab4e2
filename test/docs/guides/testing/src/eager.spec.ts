import { Test } from '@nestjs/testing';
import { TaskClient } from 'nestjs-task-queue';
import { TaskQueueTestingModule } from 'nestjs-task-queue/testing';
import { Mailer, SmtpError } from './mailer.js';
import { PostTasks } from './post.tasks.js';

it('runs at the call, and throws there', async () => {
  const app = await Test.createTestingModule({
    imports: [TaskQueueTestingModule.forRoot({ mode: 'eager', propagate: true })],
    providers: [PostTasks, Mailer],
  }).compile();

  await expect(app.get(TaskClient).for(PostTasks).notify.delay('ada', 'p1')).rejects.toThrow(SmtpError);
  await app.close();
});
