import type { TaskClient } from 'nestjs-task-queue';
import { PostTasks } from './post.tasks.js';

/** The file is on one machine, so the worker there must run the task. */
export function renderOn(tasks: TaskClient, worker: string, postId: string) {
  return tasks.for(PostTasks).render.applyAsync([postId], { worker, expires: '5m' });
}
