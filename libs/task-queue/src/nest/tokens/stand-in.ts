import type { InjectionToken, OptionalFactoryDependency } from '@nestjs/common';
import type { ClientOptionsInput } from '../../core/client/options/client-options.js';
import type { TaskMessage } from '../../core/message/task-message.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { Publication } from '../../core/ports/broker/publication.js';
import type { WorkerOptionsInput } from '../../core/worker/worker-options.js';
import type { QueueInstance } from '../../assembly/queue-instance.js';

/**
 * Replaces the environment of an application under test: its clock, its brokers, and the workers in its modules, which are
 * checked and stay idle. Only the global module of the testing kit provides it.
 */
export interface StandIn {
  readonly clock: Clock;
  /** the options that an instance is opened with instead of its own */
  optionsFor(input: ClientOptionsInput, instance: string): ClientOptionsInput;
  opened(instance: QueueInstance): void;
  /** receives the options of each worker in the application's modules */
  worker(instance: QueueInstance, options: WorkerOptionsInput): void;
  /** receives each call that the broker has accepted, or that eager mode runs */
  sent(instance: string, message: TaskMessage, publication: Publication): void;
}

export const STAND_IN: InjectionToken<StandIn> = Symbol('TASK_QUEUE_STAND_IN');

/** For `inject`: undefined outside of tests. */
export const STAND_IN_IF_ANY: OptionalFactoryDependency = { token: STAND_IN, optional: true };
