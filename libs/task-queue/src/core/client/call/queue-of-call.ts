import { UnknownQueueError } from '../../errors/boot-errors.js';
import { directQueueOf } from '../../policies/direct-queue.js';
import type { DeclaredTask } from '../../ports/task/declared-task.js';
import type { CallOptions } from '../../canvas/call-options.js';
import type { ClientOptions } from '../options/client-options.js';

/**
 * The call's word, else that of its route or class, else the default.
 * @throws UnknownQueueError
 */
export function queueOf(task: Omit<DeclaredTask, 'method'>, options: CallOptions, client: ClientOptions): string {
  if (options.worker !== undefined) return directQueueOf(options.worker);
  const queue = options.queue ?? task.queue ?? client.defaultQueue;
  if (client.queues !== undefined && queue !== task.queue) checkQueue(queue, task.name, client);
  return queue;
}

function checkQueue(queue: string, task: string, client: ClientOptions): void {
  const known = [...(client.queues ?? []), client.defaultQueue];
  if (!known.includes(queue)) throw new UnknownQueueError(queue, `The call of '${task}'`, known);
}
