import { Inject, type InjectionToken, type Type } from '@nestjs/common';
import type { QueueInstance } from '../../assembly/queue-instance.js';
import { TaskSchedules } from '../../core/beat/task-schedules.js';
import type { ClientOptionsInput } from '../../core/client/options/client-options.js';
import { TaskClient } from '../../core/client/task-client.js';
import { TaskControl } from '../../core/control/task-control.js';
import { TaskInspect } from '../../core/control/task-inspect.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import type { WorkerOptionsInput } from '../../core/worker/worker-options.js';

/** The destination of the library's log lines; override it to send them elsewhere. */
export const TASK_LOGGER: InjectionToken<TaskLogger> = 'TASK_QUEUE_LOGGER';

/** The clock of the library; tests override it. */
export const TASK_CLOCK: InjectionToken<Clock> = 'TASK_QUEUE_CLOCK';

/** Within a module of this library: the queue instance that it belongs to. */
export const QUEUE_INSTANCE: InjectionToken<QueueInstance> = Symbol('QUEUE_INSTANCE');

/** The options of `TaskQueueModule.forRoot`, or those that its factory made. */
export const TASK_QUEUE_OPTIONS: InjectionToken<ClientOptionsInput> = Symbol('TASK_QUEUE_OPTIONS');

/** The options of `TaskWorkerModule.forRoot`, or those that its factory made. */
export const TASK_WORKER_OPTIONS: InjectionToken<WorkerOptionsInput> = Symbol('TASK_WORKER_OPTIONS');

/** Whether the application's global enhancers run for tasks. */
export const GLOBAL_ENHANCERS: InjectionToken<boolean> = Symbol('GLOBAL_ENHANCERS');

export const DEFAULT_CLIENT = 'default';

/** The token of the connections of a named TaskQueueModule, for modules that use them: workers, admin, health checks. */
export function getQueueInstanceToken(name: string): InjectionToken<QueueInstance> {
  return `TaskQueueInstance:${name}`;
}

// The token of a named instance's service. That of the default instance is the class itself.

export function getTaskClientToken(name?: string): InjectionToken<TaskClient> {
  return tokenOf(TaskClient, name);
}

export function getTaskSchedulesToken(name?: string): InjectionToken<TaskSchedules> {
  return tokenOf(TaskSchedules, name);
}

export function getTaskInspectToken(name?: string): InjectionToken<TaskInspect> {
  return tokenOf(TaskInspect, name);
}

export function getTaskControlToken(name?: string): InjectionToken<TaskControl> {
  return tokenOf(TaskControl, name);
}

/** Injects the TaskClient of `TaskQueueModule.forRoot({ name })`. */
export const InjectTaskClient = (name?: string): PropertyDecorator & ParameterDecorator => Inject(getTaskClientToken(name));

/** Injects the TaskSchedules of `TaskQueueModule.forRoot({ name })`. */
export const InjectTaskSchedules = (name?: string): PropertyDecorator & ParameterDecorator => Inject(getTaskSchedulesToken(name));

/** Injects the TaskInspect of `TaskQueueModule.forRoot({ name })`. */
export const InjectTaskInspect = (name?: string): PropertyDecorator & ParameterDecorator => Inject(getTaskInspectToken(name));

/** Injects the TaskControl of `TaskQueueModule.forRoot({ name })`. */
export const InjectTaskControl = (name?: string): PropertyDecorator & ParameterDecorator => Inject(getTaskControlToken(name));

function tokenOf<T>(service: Type<T> | (abstract new (...args: never[]) => T), name = DEFAULT_CLIENT): InjectionToken<T> {
  return name === DEFAULT_CLIENT ? (service as Type<T>) : `${service.name}:${name}`;
}
