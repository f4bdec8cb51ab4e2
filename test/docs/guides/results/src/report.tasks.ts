import { Injectable } from '@nestjs/common';
import { Task, TaskClient, TaskContext } from 'nestjs-task-queue';

@Injectable()
export class ReportTasks {
  constructor(private readonly tasks: TaskClient) {}

  @Task({ name: 'reports.build', resultExpires: '7d' })
  async build(month: string, ctx: TaskContext): Promise<string> {
    await ctx.updateState('PROGRESS', { step: 'charts' });
    for (const chart of ['sales', 'visits']) await this.tasks.for(ReportTasks).draw.delay(chart);
    return `report of ${month}`;
  }

  @Task({ name: 'reports.draw' })
  async draw(chart: string): Promise<string> {
    return `${chart}.svg`;
  }
}
