import { Injectable } from '@nestjs/common';
import { Ctx, Task, TaskContext } from 'nestjs-task-queue';
import { Mailer, SmtpError, type MailReport } from './mailer.js';

@Injectable()
export class PostTasks {
  constructor(private readonly mailer: Mailer) {}

  @Task({ name: 'blog.send_post_email', autoretryFor: [SmtpError], retryBackoff: true, maxRetries: 5 })
  async sendPostEmail(postId: string, @Ctx() ctx: TaskContext): Promise<MailReport> {
    return this.mailer.sendToSubscribers(postId, ctx.signal);
  }
}
