import type { AttemptContext } from '../../attempt/attempt-context.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { Delivery } from '../../ports/broker/consumer.js';

/** One delivery whose handler is running. */
export interface Run {
  readonly delivery: Delivery;
  readonly message: TaskMessage;
  readonly context: AttemptContext;
  /** epoch ms */
  readonly startedAt: number;
  /** epoch ms at which its soft limit ends; undefined = none */
  readonly deadline: number | undefined;
  /** acknowledged before it ran: there is no delivery to give back */
  readonly ackedEarly: boolean;
  /** already given back by a shutdown: whatever it still returns is not settled */
  abandoned: boolean;
}
