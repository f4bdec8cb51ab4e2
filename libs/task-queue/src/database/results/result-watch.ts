import type { TaskResultRecord } from '../../core/message/task-result.js';
import type { Clock, ClockTimer } from '../../core/ports/runtime/clock.js';

/** ms between two looks: at first, and at most */
const FIRST = 20;
const LONGEST = 500;
const GROWTH = 1.5;

type Waiter = (found: TaskResultRecord | Error | null) => void;

/**
 * Waits for the ends of tasks, for all who wait in this process with one question at a time: often at first, then every
 * half second. What this process saves itself is told without a question.
 */
export class ResultWatch {
  readonly #waiting = new Map<string, Set<Waiter>>();
  #delay = FIRST;
  #timer: ClockTimer | undefined;
  #looking = false;
  #lookAgain = false;
  #asked = false;

  /** @param look the terminal records of these ids, as far as there are */
  constructor(
    private readonly look: (ids: readonly string[]) => Promise<readonly TaskResultRecord[]>,
    private readonly clock: Clock,
  ) {}

  /** @returns null when the signal is aborted first */
  wait(id: string, signal: AbortSignal): Promise<TaskResultRecord | null> {
    if (signal.aborted) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      const abort = (): void => finish(null);
      const finish: Waiter = (found) => {
        signal.removeEventListener('abort', abort);
        this.#remove(id, finish);
        if (found instanceof Error) reject(found);
        else resolve(found);
      };
      signal.addEventListener('abort', abort, { once: true });
      const others = this.#waiting.get(id);
      if (others === undefined) this.#waiting.set(id, new Set([finish]));
      else others.add(finish);
      this.#askSoon();
    });
  }

  has(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** @param make makes a record of its own for each who waits */
  tell(id: string, make: () => TaskResultRecord): void {
    for (const finish of [...(this.#waiting.get(id) ?? [])]) finish(make());
  }

  /** Ends every wait with an error. */
  close(error: Error): void {
    this.#timer?.clear();
    for (const finish of [...this.#waiting.values()].flatMap((waiters) => [...waiters])) finish(error);
  }

  /** At the end of this turn of the loop, for all that has been asked in it. */
  #askSoon(): void {
    this.#delay = FIRST;
    if (this.#asked) return;
    this.#asked = true;
    setImmediate(() => {
      this.#asked = false;
      void this.#lookNow();
    });
  }

  async #lookNow(): Promise<void> {
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#timer?.clear();
    this.#timer = undefined;
    if (this.#waiting.size === 0) return;
    this.#looking = true;
    try {
      for (const record of await this.look([...this.#waiting.keys()])) this.tell(record.id, () => structuredClone(record));
    } catch {
      // Whoever waits has a deadline; the store may be back before it.
      this.#delay = LONGEST;
    } finally {
      this.#looking = false;
    }
    if (this.#lookAgain) {
      this.#lookAgain = false;
      this.#askSoon();
    } else if (this.#waiting.size > 0) {
      this.#timer = this.clock.timer(this.#delay, () => void this.#lookNow());
      this.#delay = Math.min(LONGEST, this.#delay * GROWTH);
    }
  }

  #remove(id: string, finish: Waiter): void {
    const waiters = this.#waiting.get(id);
    waiters?.delete(finish);
    if (waiters?.size === 0) this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#timer?.clear();
  }
}
