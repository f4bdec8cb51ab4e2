import type { Clock } from '../../../core/ports/runtime/clock.js';

/** Receives that wait for one queue or consumer; a change there wakes them all. */
export type WaitingRoom = Set<() => void>;

/** Resolves when one of the rooms is called, after `delay` ms, or when the signal is aborted. */
export function waitForWork(rooms: readonly WaitingRoom[], delay: number, signal: AbortSignal, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      timer.clear();
      signal.removeEventListener('abort', finish);
      for (const room of rooms) room.delete(finish);
      resolve();
    };
    const timer = clock.timer(Math.max(delay, 1), finish);
    signal.addEventListener('abort', finish, { once: true });
    for (const room of rooms) room.add(finish);
  });
}

export function call(room: WaitingRoom): void {
  for (const wake of room) wake();
}
