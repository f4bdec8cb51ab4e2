import type { TaskClient } from 'nestjs-task-queue';
import { PostTasks } from './post.tasks.js';

export async function calls(tasks: TaskClient, postId: string) {
  const { sendPostEmail } = tasks.for(PostTasks);

  await sendPostEmail.delay(postId);
  await sendPostEmail.applyAsync([postId], { countdown: '10m' }); // it waits in the broker, in nobody's memory
  await sendPostEmail.applyAsync([postId], { eta: new Date(Date.now() + 3_600_000), queue: 'emails' });
  await sendPostEmail.applyAsync([postId], { priority: 9, expires: '1h' }); // not run any more after an hour
  await sendPostEmail.applyAsync([postId], { taskId: `publish-${postId}` }); // the same id is taken once

  await tasks.sendTask('blog.send_post_email', [postId]); // by name, where the class is not at hand
}
