import { Inject, type InjectionToken } from '@nestjs/common';
import { TaskClient } from '../../core/client/task-client.js';

export const DEFAULT_CLIENT = 'default';

/** The token of a named instance's TaskClient; that of the default one is the class itself. */
export function getTaskClientToken(name: string = DEFAULT_CLIENT): InjectionToken<TaskClient> {
  return name === DEFAULT_CLIENT ? TaskClient : `TaskClient:${name}`;
}

/** Injects the TaskClient of `TaskQueueModule.forRoot({ name })`. */
export function InjectTaskClient(name: string = DEFAULT_CLIENT): PropertyDecorator & ParameterDecorator {
  return Inject(getTaskClientToken(name));
}
