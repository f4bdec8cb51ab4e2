import { Injectable } from '@nestjs/common';
import { TaskControl, TaskInspect } from 'nestjs-task-queue';

@Injectable()
export class Fleet {
  constructor(
    private readonly inspect: TaskInspect,
    private readonly control: TaskControl,
  ) {}

  /** All running tasks of all workers. */
  async running() {
    const replies = await this.inspect.active();
    return replies.flatMap(({ worker, value = [] }) => value.map(({ task, args, startedAt }) => ({ worker, task, args, startedAt })));
  }

  /** Lets a worker run five more tasks at once. @returns the new size of its pool, or the error */
  async help(worker: string): Promise<number | string> {
    const [reply] = await this.control.poolGrow(5, { destination: worker });
    return reply?.value?.concurrency ?? reply!.error!.code;
  }

  /** Shuts one worker down; its running tasks finish. */
  async retire(worker: string): Promise<void> {
    const [reply] = await this.control.shutdown({ destination: worker, timeout: '2s' });
    if (reply?.error) throw new Error(reply.error.message);
  }
}
