import type { MemoryQueue } from '../queue/memory-queue.js';
import type { StoredMessage } from '../queue/stored-message.js';
import type { Turn } from '../queue/suspect-turns.js';

/** Brings the queues up to date: what is due gets in line, and what was lost goes back. */
export function refresh(queues: readonly MemoryQueue[], now: number): void {
  for (const queue of queues) {
    queue.promote(now);
    queue.sweep(now);
  }
}

/** Takes what one receive hands out: one suspect alone, or ready messages of the queues in the order given. */
export function takeMessages(
  queues: readonly MemoryQueue[],
  limit: number,
  turn: Turn,
  now: number,
  usesSlot: (message: StoredMessage) => boolean,
): StoredMessage[] {
  switch (turn) {
    case 'nothing':
      return [];
    case 'ready':
      return takeReady(queues, limit, now, usesSlot);
    case 'suspect, then ready':
      return takeSuspect(queues) ?? takeReady(queues, limit, now, usesSlot);
    case 'ready, then suspect': {
      const ready = takeReady(queues, limit, now, usesSlot);
      return ready.length > 0 ? ready : (takeSuspect(queues) ?? []);
    }
  }
}

function takeSuspect(queues: readonly MemoryQueue[]): StoredMessage[] | null {
  for (const queue of queues) {
    const suspect = queue.paused ? null : queue.suspects.shift();
    if (suspect) return [suspect];
  }
  return null;
}

function takeReady(
  queues: readonly MemoryQueue[],
  limit: number,
  now: number,
  usesSlot: (message: StoredMessage) => boolean,
): StoredMessage[] {
  const taken: StoredMessage[] = [];
  for (const queue of queues) {
    while (!queue.paused && taken.length < limit) {
      const message = queue.limited.isEmpty ? queue.ready.shift() : queue.takeNext(now, usesSlot);
      if (!message) break;
      taken.push(message);
    }
  }
  return taken;
}
