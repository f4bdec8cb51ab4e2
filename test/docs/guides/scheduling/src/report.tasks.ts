import { Injectable } from '@nestjs/common';
import { crontab, Ctx, Periodic, Task, TaskContext } from 'nestjs-task-queue';

@Injectable()
export class ReportTasks {
  readonly sent: string[] = [];

  @Periodic('0 2 * * *', { name: 'nightly, Hanoi', timezone: 'Asia/Ho_Chi_Minh', args: ['vn'] })
  @Periodic(crontab({ hour: 2, minute: 0, dayOfWeek: 'mon-fri', timezone: 'Europe/Paris' }), { name: 'nightly, Paris', args: ['fr'] })
  @Task({ name: 'reports.send' })
  send(country: string): void {
    this.sent.push(country);
  }

  @Periodic({ every: '10s' }, { overlap: 'skip', jitter: '2s', description: 'looks for what has been uploaded' })
  @Task({ name: 'reports.collect' })
  collect(@Ctx() ctx: TaskContext): void {
    const { periodicTaskName, scheduledAt } = ctx.headers; // the schedule that sent it, and its due time
    this.sent.push(`${String(periodicTaskName)} at ${new Date(Number(scheduledAt)).toISOString()}`);
  }
}
