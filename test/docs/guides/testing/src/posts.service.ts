import { Injectable } from '@nestjs/common';
import { TaskClient } from 'nestjs-task-queue';
import { PostTasks } from './post.tasks.js';

@Injectable()
export class PostsService {
  constructor(private readonly tasks: TaskClient) {}

  async publish(postId: string): Promise<string> {
    const sent = await this.tasks.for(PostTasks).publish.delay(postId, ['ada', 'bob']);
    return sent.id;
  }

  async schedule(postId: string): Promise<void> {
    await this.tasks.for(PostTasks).publish.applyAsync([postId, ['ada']], { countdown: '1d' });
  }
}
