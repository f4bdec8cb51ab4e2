import { Injectable } from '@nestjs/common';
import { Task } from 'nestjs-task-queue';

@Injectable()
export class PostTasks {
  readonly attempts: number[] = [];

  @Task({ name: 'blog.send_post_email', autoretryFor: [Error], defaultRetryDelay: 10 })
  async sendPostEmail(postId: string): Promise<string> {
    if (this.attempts.push(Date.now()) === 1) throw new Error('the mail server is busy');
    return `sent ${postId}`;
  }

  @Task({ name: 'blog.announce', ignoreResult: true })
  announce(): void {}
}
