import type { InjectionToken } from '@nestjs/common';
import type { WorkerOptionsInput } from '../../core/worker/worker-options.js';

/** What `TaskWorkerModule.forRoot` was given, or its factory made. */
export const TASK_WORKER_OPTIONS: InjectionToken<WorkerOptionsInput> = Symbol('TASK_WORKER_OPTIONS');

/** Whether the application's global enhancers run for tasks. */
export const GLOBAL_ENHANCERS: InjectionToken<boolean> = Symbol('GLOBAL_ENHANCERS');

export interface TaskWorkerModuleExtras {
  /** the `name` of the TaskQueueModule whose queues it consumes */
  client?: string;
  /** default false. true: the application's global guards, interceptors, pipes and filters run for tasks, too */
  globalEnhancers?: boolean;
}
