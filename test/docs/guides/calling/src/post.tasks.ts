import { Injectable } from '@nestjs/common';
import { Task, type SerializedError } from 'nestjs-task-queue';

@Injectable()
export class PostTasks {
  readonly done: string[] = [];

  @Task({ name: 'posts.render', queue: 'pages' })
  async render(postId: string): Promise<string> {
    if (postId === 'broken') throw new Error('no template');
    return `/pages/${postId}.html`;
  }

  @Task({ name: 'posts.announce' })
  async announce(page: string, channel: string): Promise<void> {
    this.done.push(`${page} in ${channel}`);
  }

  @Task({ name: 'posts.report' })
  async report(taskId: string, error: SerializedError): Promise<void> {
    this.done.push(`${taskId}: ${error.message}`);
  }

  @Task({ name: 'posts.clean' })
  async clean(folder: string): Promise<void> {
    this.done.push(`cleaned ${folder}`);
  }
}
