import { inspect } from 'node:util';
import { REDACTED, redacted } from '../../attempt/listening/error-report.js';
import type { DeliveredJob } from '../../attempt/attempt-job.js';
import { TaskQueueError } from '../../errors/task-queue-error.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { ActiveTask, HeldTask, ReservedTask } from '../../ports/control/worker-requests.js';
import type { Delivery } from '../../ports/broker/consumer.js';
import type { TaskHandler } from '../../ports/task/task-handler.js';
import type { WorkerView } from './worker-view.js';

/** The most characters of arguments in an answer. */
const LONGEST = 1_024;
const ENCRYPTED = '[encrypted]';
const PACKED = '[packed]';

/** A running task, for people to read. */
export function describeRun(job: DeliveredJob, view: WorkerView): ActiveTask {
  const { delivery, message, startedAt, deadline, ackedEarly, abortReason } = job;
  return {
    ...describeHeld(delivery, message, view.handlers.get(message.task)),
    startedAt,
    deadline: deadline ?? null,
    acknowledged: ackedEarly,
    ending: abortReason === undefined ? null : abortReason instanceof TaskQueueError ? abortReason.code : abortReason.name,
  };
}

/** A task that waits in the worker. Compressed or encrypted arguments are not opened. */
export function describeWaiting(delivery: Delivery, view: WorkerView): ReservedTask {
  const envelope = view.codecs.messages.peek(delivery);
  if (envelope !== undefined) {
    const { message, packed } = envelope;
    const held = describeHeld(delivery, message, view.handlers.get(message.task));
    return packed ? { ...held, args: PACKED, kwargs: PACKED } : held;
  }
  const { id, queue, priority, lostLeases } = delivery;
  return { id, task: null, queue, priority, retries: 0, args: '', kwargs: '', redelivered: lostLeases > 0 };
}

function describeHeld({ id, queue, priority, lostLeases }: Delivery, message: TaskMessage, handler: TaskHandler | undefined): HeldTask {
  const { retries } = message.headers;
  return { id, task: message.task, queue, priority, retries, ...describeArguments(message, handler), redelivered: lostLeases > 0 };
}

/** Encrypted arguments are not shown in clear. Those of an unknown task are hidden, because its `redactArgs` is not known. */
function describeArguments(message: TaskMessage, handler: TaskHandler | undefined): Pick<HeldTask, 'args' | 'kwargs'> {
  if (message.headers.encrypted) return { args: ENCRYPTED, kwargs: ENCRYPTED };
  if (handler === undefined) return { args: REDACTED, kwargs: REDACTED };
  const { args, kwargs } = redacted(message, handler.options);
  return { args: textOf(args), kwargs: textOf(kwargs) };
}

function textOf(value: unknown): string {
  const text = inspect(value, { depth: 4, breakLength: Infinity, maxStringLength: 256, maxArrayLength: 32 });
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
