import type { MemoryQueue } from './memory-queue.js';
import type { StoredMessage } from './stored-message.js';

/** What a consumer brings to a receive. */
export interface ReceiveRequest {
  readonly limit: number;
  readonly now: number;
  /** deliveries it holds already */
  readonly held: number;
  /** it holds a suspect, and may have nothing beside it */
  readonly holdsSuspect: boolean;
}

/**
 * Takes what one receive hands out: a suspect alone where the consumer holds nothing, otherwise ready messages of its
 * queues in the order given.
 */
export function takeMessages(queues: readonly MemoryQueue[], request: ReceiveRequest): StoredMessage[] {
  for (const queue of queues) {
    queue.promote(request.now);
    queue.sweep(request.now);
  }
  if (request.holdsSuspect) return [];
  const suspect = request.held === 0 ? takeSuspect(queues) : null;
  return suspect ? [suspect] : takeReady(queues, request.limit);
}

function takeSuspect(queues: readonly MemoryQueue[]): StoredMessage | null {
  for (const queue of queues) {
    const suspect = queue.suspects.shift();
    if (suspect) return suspect;
  }
  return null;
}

function takeReady(queues: readonly MemoryQueue[], limit: number): StoredMessage[] {
  const taken: StoredMessage[] = [];
  for (const queue of queues) {
    while (taken.length < limit) {
      const message = queue.ready.shift();
      if (!message) break;
      taken.push(message);
    }
  }
  return taken;
}
