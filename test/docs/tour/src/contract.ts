import { taskContract, type TaskClient } from 'nestjs-task-queue';
import type { PostTasks } from './post.tasks.js';

const postTasks = taskContract<PostTasks>()({ sendPostEmail: 'blog.send_post_email' });

export const publish = (tasks: TaskClient, postId: string) => tasks.for(postTasks).sendPostEmail.delay(postId);
