import { Injectable } from '@nestjs/common';
import { Ctx, Task, TaskContext } from 'nestjs-task-queue';
import { CrmClient, CrmError } from './crm.client.js';

@Injectable()
export class CustomerTasks {
  constructor(private readonly crm: CrmClient) {}

  @Task({ name: 'customers.push', queue: 'crm', autoretryFor: [CrmError], maxRetries: 5, softTimeLimit: '30s' })
  async push(customerId: string, @Ctx() ctx: TaskContext): Promise<string> {
    return this.crm.push(customerId, ctx.signal);
  }

  @Task({ name: 'customers.count_visit', ignoreResult: true, expires: '1h', priority: 1 })
  countVisit(_customerId: string, _page = '/'): void {}
}
