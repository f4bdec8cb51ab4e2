import { Injectable } from '@nestjs/common';
import { Task, TaskClient } from 'nestjs-task-queue';
import { Mailer, SmtpError } from './mailer.js';

@Injectable()
export class PostTasks {
  constructor(
    private readonly mailer: Mailer,
    private readonly tasks: TaskClient,
  ) {}

  @Task({ name: 'posts.publish' })
  async publish(postId: string, readers: string[]): Promise<number> {
    for (const reader of readers) await this.tasks.for(PostTasks).notify.delay(reader, postId);
    return readers.length;
  }

  @Task({ name: 'posts.notify', queue: 'mail', autoretryFor: [SmtpError], maxRetries: 2, defaultRetryDelay: '5m' })
  async notify(reader: string, postId: string): Promise<void> {
    await this.mailer.send(reader, `New: ${postId}`);
  }
}
