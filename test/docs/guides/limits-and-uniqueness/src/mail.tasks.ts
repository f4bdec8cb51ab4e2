import { Injectable } from '@nestjs/common';
import { Task, type TaskClient } from 'nestjs-task-queue';

@Injectable()
export class MailTasks {
  readonly sent: string[] = [];

  // The limit of our mail provider: one every 600 ms, over all workers.
  @Task({ name: 'mail.send', rateLimit: '100/m' })
  async send(to: string): Promise<void> {
    this.sent.push(to);
  }

  @Task({ name: 'mail.count' })
  async count(): Promise<number> {
    return this.sent.length;
  }
}

/** While the provider has problems: applies at once in every process, also to waiting messages. */
export function slowDown(tasks: TaskClient): Promise<void> {
  return tasks.setRate('mail.send', '10/h');
}

/** Returns to the rate that the task declares. */
export function asDeclared(tasks: TaskClient): Promise<void> {
  return tasks.setRate('mail.send', null);
}
