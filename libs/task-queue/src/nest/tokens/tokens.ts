import type { InjectionToken } from '@nestjs/common';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import type { QueueInstance } from '../../assembly/queue-instance.js';

/** Where the library's own log lines go; override it to send them elsewhere. */
export const TASK_LOGGER: InjectionToken<TaskLogger> = 'TASK_QUEUE_LOGGER';

/** Where the library takes its time from; tests override it. */
export const TASK_CLOCK: InjectionToken<Clock> = 'TASK_QUEUE_CLOCK';

/** Within a module of this library: the queue instance that it belongs to. */
export const QUEUE_INSTANCE: InjectionToken<QueueInstance> = Symbol('QUEUE_INSTANCE');
