import { InvalidOptionError } from '../../errors/option-errors.js';
import { UnknownQueueError } from '../../errors/boot-errors.js';
import type { ClientOptions } from '../options/client-options.js';

/**
 * The name of a queue that a command is about.
 * @throws InvalidOptionError · UnknownQueueError where queues are declared, and it is none of them
 */
export function checkQueue(queue: string, { queues, defaultQueue }: Pick<ClientOptions, 'queues' | 'defaultQueue'>): string {
  if (typeof queue !== 'string' || queue === '') throw new InvalidOptionError('queue', queue, 'the name of a queue');
  if (queues === undefined || queue === defaultQueue || queues.includes(queue)) return queue;
  throw new UnknownQueueError(queue, 'The command', [...queues, defaultQueue]);
}
