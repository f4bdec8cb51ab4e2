import type { Pool, PoolCapabilities } from '../ports/runtime/pool.js';
import type { TaskContext } from '../ports/task/task-context.js';
import type { TaskHandler } from '../ports/task/task-handler.js';

/** Runs handlers in this process, many at once: right for tasks that wait for I/O. */
export class AsyncPool implements Pool {
  readonly capabilities: PoolCapabilities = { name: 'async', hardTimeLimit: false, concurrent: true };
  #concurrency: number;

  constructor(concurrency: number) {
    this.#concurrency = concurrency;
  }

  get concurrency(): number {
    return this.#concurrency;
  }

  async start(): Promise<void> {}

  run(handler: TaskHandler, args: readonly unknown[], context: TaskContext): unknown {
    return handler.invoke(args, context);
  }

  resize(concurrency: number): void {
    this.#concurrency = concurrency;
  }

  async stop(): Promise<void> {}
}
