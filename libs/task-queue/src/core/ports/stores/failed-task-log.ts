import type { DeadLetter } from '../control/inspector.js';

/** A dead letter as the store of results keeps it. */
export interface FailedLetter extends DeadLetter {
  /** name of the worker that dead-lettered it; null = not known */
  readonly worker: string | null;
}

/**
 * Keeps dead letters for search, longer than the broker. The worker writes it after the broker has accepted the
 * settlement, so letters may be missing after a crash; a worker's upkeep adds them later.
 */
export interface FailedTaskLog {
  /** For an id that is known already, the newer death is kept. */
  record(letters: readonly FailedLetter[]): Promise<void>;
  /** The letters whose death is not recorded, in order. */
  missing(letters: readonly DeadLetter[]): Promise<readonly DeadLetter[]>;
  /** Removes letters that were redriven or purged. */
  forget(queue: string, ids: readonly string[]): Promise<void>;
}
