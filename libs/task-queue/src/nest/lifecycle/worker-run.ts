import { AsyncLocalStorage } from 'node:async_hooks';
import type { WorkerOptionsInput } from '../../core/worker/worker-options.js';

/** Present while `runWorker` boots an application: options that override those of its modules. */
export interface WorkerRun {
  readonly options: WorkerOptionsInput;
  /** runs no task, only the beat */
  readonly beatOnly?: boolean;
  /** shuts down as the first signal does */
  shutDown(): void;
}

export const workerRun = new AsyncLocalStorage<WorkerRun>();
