import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { OnSignal, Task, TaskContext, type SignalPayloads } from 'nestjs-task-queue';

export const currentTenant = new AsyncLocalStorage<string>();

/** What is sent on behalf of a tenant says so; the task reads it from its headers. */
@Injectable()
export class Tenancy {
  @OnSignal('before_task_publish')
  stamp({ headers }: SignalPayloads['before_task_publish']): void {
    headers['tenant'] ??= currentTenant.getStore() ?? 'nobody';
  }
}

@Injectable()
export class TenantTasks {
  @Task({ name: 'tenants.greet' })
  greet(ctx: TaskContext): string {
    return `Hello ${String(ctx.headers['tenant'])}`;
  }
}
