import { Injectable } from '@nestjs/common';
import { Task, type TaskClient } from 'nestjs-task-queue';

@Injectable()
export class MailTasks {
  readonly sent: string[] = [];

  // What our mail provider takes: one each 600 ms, whatever the number of workers.
  @Task({ name: 'mail.send', rateLimit: '100/m' })
  async send(to: string): Promise<void> {
    this.sent.push(to);
  }

  @Task({ name: 'mail.count' })
  async count(): Promise<number> {
    return this.sent.length;
  }
}

/** While the provider is in trouble: at once, for what waits, too, and in every process. */
export function slowDown(tasks: TaskClient): Promise<void> {
  return tasks.setRate('mail.send', '10/h');
}

/** Back to what the task declares. */
export function asDeclared(tasks: TaskClient): Promise<void> {
  return tasks.setRate('mail.send', null);
}
