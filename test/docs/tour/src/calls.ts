import type { TaskClient } from 'nestjs-task-queue';
import { PostTasks } from './post.tasks.js';

export async function calls(tasks: TaskClient, postId: string) {
  const { sendPostEmail } = tasks.for(PostTasks);

  await sendPostEmail.delay(postId);
  await sendPostEmail.applyAsync([postId], { countdown: '10m' }); // it waits in the broker, not in a worker's memory
  await sendPostEmail.applyAsync([postId], { eta: new Date(Date.now() + 3_600_000), queue: 'emails' });
  await sendPostEmail.applyAsync([postId], { priority: 9, expires: '1h' }); // REVOKED if it has not started within an hour
  await sendPostEmail.applyAsync([postId], { taskId: `publish-${postId}` }); // a second call with this id sends nothing

  await tasks.sendTask('blog.send_post_email', [postId]); // by name, without the class
}
