import type { DeadLetter } from '../control/inspector.js';

/** A dead letter as its store of results remembers it. */
export interface FailedLetter extends DeadLetter {
  /** name of the worker that buried it; null = not known */
  readonly worker: string | null;
}

/**
 * Remembers dead letters where people search them, longer than a broker keeps them. It is written after the broker has
 * taken the settlement, so it may miss some when a process dies; whoever repairs it tells them again.
 */
export interface FailedTaskLog {
  /** An id that is remembered already takes what is newer. */
  record(letters: readonly FailedLetter[]): Promise<void>;
  /** Which of these are not remembered with this death, in order. */
  missing(letters: readonly DeadLetter[]): Promise<readonly DeadLetter[]>;
  /** They are dead no more, or thrown away. */
  forget(queue: string, ids: readonly string[]): Promise<void>;
}
