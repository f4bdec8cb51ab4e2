import { signature, type TaskClient } from 'nestjs-task-queue';
import { PostTasks } from './post.tasks.js';

export function publish(tasks: TaskClient, postId: string) {
  const posts = tasks.for(PostTasks);
  return posts.render.applyAsync([postId], {
    link: [
      posts.announce.s('#news'), // announce(result of render, '#news')
      posts.clean.si('/tmp'), // immutable: clean('/tmp'), without the result
    ],
    linkError: signature('posts.report', [], { queue: 'alarms' }), // report(id of the failed call, its error)
  });
}
