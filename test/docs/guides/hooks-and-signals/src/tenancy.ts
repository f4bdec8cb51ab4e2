import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { OnSignal, Task, TaskContext, type SignalPayloads } from 'nestjs-task-queue';

export const currentTenant = new AsyncLocalStorage<string>();

/** Adds the tenant to the headers of each call; the task reads it there. */
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
