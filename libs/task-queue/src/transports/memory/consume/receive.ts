import type { MemoryQueue } from '../queue/memory-queue.js';
import type { StoredMessage } from '../queue/stored-message.js';
import type { SuspectTurn } from '../../shared/leases/suspect-turns.js';

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
  turn: SuspectTurn,
  now: number,
  usesSlot: (message: StoredMessage) => boolean,
): StoredMessage[] {
  switch (turn) {
    case 'hold':
      return [];
    case '0':
      return takeReady(queues, limit, now, usesSlot);
    case '1':
      return takeSuspect(queues) ?? takeReady(queues, limit, now, usesSlot);
    case '2': {
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
