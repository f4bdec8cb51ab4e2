import { Inject, type InjectionToken, type Provider } from '@nestjs/common';
import { TaskSchedules } from '../../core/beat/task-schedules.js';
import type { TaskClient } from '../../core/client/task-client.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import { PeriodicExplorer } from '../discovery/periodic.explorer.js';
import { turnMaker } from '../lifecycle/prepare-beat.js';
import type { QueueInstance } from '../../assembly/queue-instance.js';
import { DEFAULT_CLIENT, getTaskClientToken } from '../tokens/task-client.token.js';
import { QUEUE_INSTANCE, TASK_CLOCK } from '../tokens/tokens.js';

/** The token of a named instance's TaskSchedules; that of the default one is the class itself. */
export function getTaskSchedulesToken(name: string = DEFAULT_CLIENT): InjectionToken<TaskSchedules> {
  return name === DEFAULT_CLIENT ? TaskSchedules : `TaskSchedules:${name}`;
}

/** Injects the TaskSchedules of `TaskQueueModule.forRoot({ name })`. */
export function InjectTaskSchedules(name: string = DEFAULT_CLIENT): PropertyDecorator & ParameterDecorator {
  return Inject(getTaskSchedulesToken(name));
}

export function taskSchedulesProvider(name: string): Provider {
  return {
    provide: getTaskSchedulesToken(name),
    inject: [QUEUE_INSTANCE, getTaskClientToken(name), PeriodicExplorer, TASK_CLOCK],
    useFactory: (queue: QueueInstance, client: TaskClient, periodics: PeriodicExplorer, clock: Clock) => {
      const { beat: options, dedupRetention } = queue.options;
      return new TaskSchedules({
        store: queue.transport.schedules,
        turns: turnMaker({ queue, client, periodics }),
        client,
        options,
        dedupRetention,
        clock,
      });
    },
  };
}
