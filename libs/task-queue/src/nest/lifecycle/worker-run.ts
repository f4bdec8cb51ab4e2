import { AsyncLocalStorage } from 'node:async_hooks';
import type { WorkerOptionsInput } from '../../core/worker/worker-options.js';

/** Says to the modules of an application that `runWorker` boots it, and with which options over the module's own. */
export interface WorkerRun {
  readonly options: WorkerOptionsInput;
  /** nothing is run, only what is due is sent */
  readonly beatOnly?: boolean;
  /** begins what a first signal does */
  shutDown(): void;
}

export const workerRun = new AsyncLocalStorage<WorkerRun>();
