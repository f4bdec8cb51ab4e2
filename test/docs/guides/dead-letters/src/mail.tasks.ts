import { Injectable } from '@nestjs/common';
import { Task } from 'nestjs-task-queue';

export class SmtpError extends Error {}

@Injectable()
export class MailTasks {
  serverIsUp = false;

  @Task({ name: 'mail.send', autoretryFor: [SmtpError], maxRetries: 2, defaultRetryDelay: 1 })
  async send(to: string): Promise<string> {
    if (!this.serverIsUp) throw new SmtpError('connection refused');
    return `sent to ${to}`;
  }
}
