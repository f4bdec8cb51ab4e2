import { Injectable } from '@nestjs/common';
import { TaskControl, TaskInspect } from 'nestjs-task-queue';

@Injectable()
export class Fleet {
  constructor(
    private readonly inspect: TaskInspect,
    private readonly control: TaskControl,
  ) {}

  /** Everything that runs now, wherever it runs. */
  async running() {
    const replies = await this.inspect.active();
    return replies.flatMap(({ worker, value = [] }) => value.map(({ task, args, startedAt }) => ({ worker, task, args, startedAt })));
  }

  /** Five more tasks at once in one worker. @returns how many then, or why not */
  async help(worker: string): Promise<number | string> {
    const [reply] = await this.control.poolGrow(5, { destination: worker });
    return reply?.value?.concurrency ?? reply!.error!.code;
  }

  /** Takes one worker out, warm: what it runs, it finishes. */
  async retire(worker: string): Promise<void> {
    const [reply] = await this.control.shutdown({ destination: worker, timeout: '2s' });
    if (reply?.error) throw new Error(reply.error.message);
  }
}
