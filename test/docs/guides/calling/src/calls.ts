import type { TaskClient } from 'nestjs-task-queue';
import { PostTasks } from './post.tasks.js';

export async function calls(tasks: TaskClient, postId: string) {
  const { render } = tasks.for(PostTasks);

  const sent = await render.delay(postId); // with the task's own options
  await render.applyAsync([postId], { countdown: '10m' }); // or eta: a Date
  await render.applyAsync([postId], { queue: 'urgent', priority: 9, expires: '1h' });
  await render.applyAsync([postId], { taskId: `render-${postId}` }); // a second call with this id sends nothing
  await render.applyAsync([postId], { headers: { tenant: 'acme' }, ignoreResult: true });
  await render.applyAsync([postId], { shadow: 'render of the front page' }); // the name in logs and results

  await tasks.sendTask('posts.render', [postId]); // by name
  await tasks.sendMany([
    { name: 'posts.render', args: ['a'] },
    { name: 'posts.render', args: ['b'] },
  ]); // in one batch
  return sent;
}
