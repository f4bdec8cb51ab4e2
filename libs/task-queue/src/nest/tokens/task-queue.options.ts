import type { InjectionToken } from '@nestjs/common';
import type { ClientOptionsInput } from '../../core/client/options/client-options.js';

/** What `TaskQueueModule.forRoot` was given, or its factory made. */
export const TASK_QUEUE_OPTIONS: InjectionToken<ClientOptionsInput> = Symbol('TASK_QUEUE_OPTIONS');

export interface TaskQueueModuleExtras {
  /** tells several instances apart: `@InjectTaskClient(name)`, `TaskWorkerModule.forRoot({ client: name })` */
  name?: string;
  /** default true */
  isGlobal?: boolean;
}
