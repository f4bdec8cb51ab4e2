import type { Pool, PoolCapabilities, TaskContext, TaskHandler } from '../ports/index.js';

/** Runs handlers in this process, many at once: right for tasks that wait for I/O. */
export class AsyncPool implements Pool {
  readonly capabilities: PoolCapabilities = { name: 'async', hardTimeLimit: false, concurrent: true };

  constructor(readonly concurrency: number) {}

  async start(): Promise<void> {}

  run(handler: TaskHandler, args: readonly unknown[], context: TaskContext): unknown {
    return handler.invoke(args, context);
  }

  async stop(): Promise<void> {}
}
