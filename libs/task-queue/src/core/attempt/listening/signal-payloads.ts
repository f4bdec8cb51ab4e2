import type { TaskMessage } from '../../message/task-message.js';
import type { TaskSignal, WorkerTaskSignal } from '../../ports/task/signals.js';

export function taskSignal({ id, task, args, kwargs, headers }: TaskMessage): TaskSignal {
  const { queue, retries, rootId, parentId } = headers;
  return { id, task, args, kwargs, queue, retries, rootId, parentId };
}

export function workerTaskSignal(message: TaskMessage, worker: string): WorkerTaskSignal {
  return { ...taskSignal(message), headers: message.headers.custom, worker };
}
