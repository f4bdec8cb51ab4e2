import { Injectable } from '@nestjs/common';
import { Task, TaskContext } from 'nestjs-task-queue';

@Injectable()
export class ReportTasks {
  @Task({ name: 'reports.build', redactArgs: [1] })
  async build(year: number, _password: string, ctx: TaskContext): Promise<string> {
    await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve()));
    return `report of ${year}`;
  }
}
