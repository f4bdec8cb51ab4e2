import { Injectable, Logger } from '@nestjs/common';
import { OnTask, Task, type TaskHookEvents } from 'nestjs-task-queue';

@Injectable()
export abstract class AuditedTasks {
  protected readonly log = new Logger('Audit');

  @OnTask('failure')
  async remember({ context, error }: TaskHookEvents['failure']): Promise<void> {
    this.log.error(`${context.task} ${context.id} failed for good: ${String(error)}`);
  }

  @OnTask('afterReturn')
  count({ context, state }: TaskHookEvents['afterReturn']): void {
    this.log.log(`${context.task} ended as ${state} after ${context.retries} retries`);
  }
}

@Injectable()
export class TransferTasks extends AuditedTasks {
  @Task({ name: 'transfers.book' })
  book(amount: number): number {
    if (amount <= 0) throw new RangeError('nothing to transfer');
    return amount;
  }
}
