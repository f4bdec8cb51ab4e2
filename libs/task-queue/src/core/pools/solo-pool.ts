import type { Pool, PoolCapabilities } from '../ports/runtime/pool.js';
import type { TaskContext } from '../ports/task/task-context.js';
import type { TaskHandler } from '../ports/task/task-handler.js';

/** Runs one handler at a time in this process: for debugging, and for tasks that must not overlap in a worker. */
export class SoloPool implements Pool {
  readonly capabilities: PoolCapabilities = { name: 'solo', hardTimeLimit: false, concurrent: false };
  readonly concurrency = 1;

  async start(): Promise<void> {}

  run(handler: TaskHandler, args: readonly unknown[], context: TaskContext): unknown {
    return handler.invoke(args, context);
  }

  async stop(): Promise<void> {}
}
