import type { InjectionToken, OptionalFactoryDependency } from '@nestjs/common';
import type { ClientOptionsInput } from '../../core/client/options/client-options.js';
import type { TaskMessage } from '../../core/message/task-message.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { Publication } from '../../core/ports/broker/publication.js';
import type { WorkerOptionsInput } from '../../core/worker/worker-options.js';
import type { QueueInstance } from '../../assembly/queue-instance.js';

/**
 * Takes the place of the world while an application is tested: of its time, its brokers, and of the workers in its
 * modules, which are checked and then stay idle. Provided by the testing kit's global module, and by nobody else.
 */
export interface StandIn {
  readonly clock: Clock;
  /** what an instance is opened with, for what it was given */
  optionsFor(input: ClientOptionsInput, instance: string): ClientOptionsInput;
  opened(instance: QueueInstance): void;
  /** told of the options of each worker in the application's modules */
  worker(instance: QueueInstance, options: WorkerOptionsInput): void;
  /** a call that the broker has taken, or that is run at once in eager mode */
  sent(instance: string, message: TaskMessage, publication: Publication): void;
}

export const STAND_IN: InjectionToken<StandIn> = Symbol('TASK_QUEUE_STAND_IN');

/** For `inject`: undefined outside of tests. */
export const STAND_IN_IF_ANY: OptionalFactoryDependency = { token: STAND_IN, optional: true };
