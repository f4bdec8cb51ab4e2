import type { TaskContext } from '../task/task-context.js';
import type { TaskHandler } from '../task/task-handler.js';

/** Where handlers run. */
export interface Pool {
  readonly capabilities: PoolCapabilities;
  /** how many handlers may run at once */
  readonly concurrency: number;
  start(): Promise<void>;
  /** Runs a handler once; settles as the handler does. The worker never runs more than `concurrency` at once. */
  run(handler: TaskHandler, args: readonly unknown[], context: TaskContext): unknown;
  /** From now on so many at once; what runs beyond them ends in its own time. Absent = its size is fixed. */
  resize?(concurrency: number): void;
  stop(): Promise<void>;
}

/** What a pool can honour; the rest is refused at boot. */
export interface PoolCapabilities {
  readonly name: string;
  /** `timeLimit` really ends the attempt */
  readonly hardTimeLimit: boolean;
  /** several handlers wait for I/O at once */
  readonly concurrent: boolean;
}
