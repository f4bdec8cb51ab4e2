import { Injectable } from '@nestjs/common';
import { Task, TaskContext } from 'nestjs-task-queue';

@Injectable()
export class ReportTasks {
  @Task({ name: 'reports.export', softTimeLimit: '10m' })
  async export(pages: number, ctx: TaskContext) {
    for (let page = 1; page <= pages; page++) {
      ctx.signal.throwIfAborted(); // a soft time limit, a revoke with terminate, a lost lease, a shutdown
      await ctx.updateState('PROGRESS', { current: page, total: pages });
    }
    return { pages };
  }

  @Task({ name: 'crm.sync', maxRetries: 20 })
  async sync(url: string, ctx: TaskContext) {
    const response = await fetch(url, { signal: ctx.signal });
    if (response.status === 429) throw ctx.retry({ countdown: `${response.headers.get('retry-after')}s` });
    return response.status;
  }
}
