import type { TaskClient } from 'nestjs-task-queue';
import { PostTasks } from './post.tasks.js';

export async function results(tasks: TaskClient, postId: string) {
  const sent = await tasks.for(PostTasks).sendPostEmail.delay(postId);
  const report = await sent.get({ timeout: '30s' }); // a MailReport; throws TaskFailedError, TaskRevokedError, ResultTimeoutError

  const later = await tasks.for(PostTasks).sendPostEmail.applyAsync([postId], { countdown: '1h' });
  await later.revoke(); // never runs; { terminate: true } also aborts ctx.signal of a running task

  return { recipients: report.recipients, state: await sent.state() };
}
