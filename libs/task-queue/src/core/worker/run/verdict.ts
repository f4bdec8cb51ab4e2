import type { Outcome } from '../../attempt/outcome.js';
import { TaskRevokedError, WorkerLostError } from '../../errors/run-errors.js';
import { serializeError } from '../../message/serialize-error.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { SerializedError } from '../../message/task-result.js';
import { isExpired } from '../../policies/expiry.js';
import type { Delivery } from '../../ports/broker/consumer.js';

/** Dead-letter reason of a message whose workers died, or lost their leases, `maxDeliveries` times. */
export const REASON_WORKER_LOST = 'worker_lost';

/** The outcome of a message that must not be run; undefined when it may. */
export function verdictBeforeRun(delivery: Delivery, message: TaskMessage, maxDeliveries: number, now: number): Outcome | undefined {
  if (delivery.revoked) return revoked(message.id, 'before it ran', 'revoked');
  if (delivery.lostLeases >= maxDeliveries) return workerLost(message, delivery.lostLeases);
  if (isExpired(message, now)) return revoked(message.id, 'it expired before it ran', 'expired');
  return undefined;
}

function revoked(id: string, text: string, why: 'revoked' | 'expired'): Outcome {
  return { kind: 'revoked', error: serializeError(new TaskRevokedError(id, text)), why };
}

function workerLost(message: TaskMessage, lost: number): Outcome {
  const thrown = new WorkerLostError(message.task, lost);
  // Its stack would show this place, which explains nothing.
  const { type, code, message: text } = serializeError(thrown) as Required<SerializedError>;
  return { kind: 'failure', error: { type, code, message: text }, thrown, reason: REASON_WORKER_LOST };
}
