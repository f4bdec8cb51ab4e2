import type { MemoryQueue } from '../queue/memory-queue.js';
import type { StoredMessage } from '../queue/stored-message.js';
import { READY_FIRST, SUSPECT_FIRST, type SuspectTurn } from '../../shared/leases/suspect-turns.js';

/** Brings the queues up to date: due messages get in line, and messages whose lease expired go back. */
export function refresh(queues: readonly MemoryQueue[], now: number): void {
  for (const queue of queues) {
    queue.promote(now);
    queue.sweep(now);
  }
}

/** Takes the messages of one receive: one suspect alone, or ready messages of the queues in the order given. */
export function takeMessages(
  queues: readonly MemoryQueue[],
  limit: number,
  turn: SuspectTurn,
  now: number,
  usesSlot: (message: StoredMessage) => boolean,
): StoredMessage[] {
  if (turn === 'hold') return [];
  const first = turn === SUSPECT_FIRST ? takeSuspect(queues) : [];
  if (first.length > 0) return first;
  const ready = takeReady(queues, limit, now, usesSlot);
  return ready.length === 0 && turn === READY_FIRST ? takeSuspect(queues) : ready;
}

function takeSuspect(queues: readonly MemoryQueue[]): StoredMessage[] {
  for (const queue of queues) {
    const suspect = queue.paused ? null : queue.suspects.shift();
    if (suspect) return [suspect];
  }
  return [];
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
