import { Inject, type InjectionToken, type Provider } from '@nestjs/common';
import { AskWorkers } from '../../core/control/ask-workers.js';
import type { TaskClient } from '../../core/client/task-client.js';
import { TaskControl } from '../../core/control/task-control.js';
import { TaskInspect } from '../../core/control/task-inspect.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { QueueInstance } from '../../assembly/queue-instance.js';
import { DEFAULT_CLIENT, getTaskClientToken } from '../tokens/task-client.token.js';
import { QUEUE_INSTANCE, TASK_CLOCK } from '../tokens/tokens.js';

/** The token of a named instance's TaskInspect; that of the default one is the class itself. */
export function getTaskInspectToken(name: string = DEFAULT_CLIENT): InjectionToken<TaskInspect> {
  return name === DEFAULT_CLIENT ? TaskInspect : `TaskInspect:${name}`;
}

/** The token of a named instance's TaskControl; that of the default one is the class itself. */
export function getTaskControlToken(name: string = DEFAULT_CLIENT): InjectionToken<TaskControl> {
  return name === DEFAULT_CLIENT ? TaskControl : `TaskControl:${name}`;
}

/** Injects the TaskInspect of `TaskQueueModule.forRoot({ name })`. */
export function InjectTaskInspect(name: string = DEFAULT_CLIENT): PropertyDecorator & ParameterDecorator {
  return Inject(getTaskInspectToken(name));
}

/** Injects the TaskControl of `TaskQueueModule.forRoot({ name })`. */
export function InjectTaskControl(name: string = DEFAULT_CLIENT): PropertyDecorator & ParameterDecorator {
  return Inject(getTaskControlToken(name));
}

/** What asks and tells the workers of one named instance. */
export function taskControlProviders(name: string): Provider[] {
  return [
    {
      provide: getTaskInspectToken(name),
      inject: [QUEUE_INSTANCE, TASK_CLOCK],
      useFactory: ({ transport }: QueueInstance, clock: Clock) => new TaskInspect(new AskWorkers(transport.control, clock)),
    },
    {
      provide: getTaskControlToken(name),
      inject: [QUEUE_INSTANCE, getTaskClientToken(name), TASK_CLOCK],
      useFactory: ({ transport, options }: QueueInstance, client: TaskClient, clock: Clock) =>
        new TaskControl({ workers: new AskWorkers(transport.control, clock), client, options }),
    },
  ];
}
