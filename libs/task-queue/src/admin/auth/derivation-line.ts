import { TooManyAttemptsError } from '../../core/errors/admin-errors.js';

/** Maximum of running and waiting derivations: each takes a tenth of a second, 32 MB and a thread of the shared pool. */
const MAX_PLACES = 16;
/** `Retry-After` in ms for whom there is no place */
const BUSY = 2_000;

interface Place {
  /** lower ranks come first */
  readonly rank: number;
  readonly run: () => Promise<void>;
  readonly refuse: () => void;
}

/**
 * Runs derivations of passwords one at a time. Those of the lowest rank come first, and among equals the latest; when all places
 * are taken, the highest rank gives way. So callers that come often wait behind those that come for the first time.
 */
export class DerivationLine {
  /** oldest first */
  readonly #waiting: Place[] = [];
  #running = 0;

  /** @throws TooManyAttemptsError when others leave no place */
  async run<T>(rank: number, derive: () => Promise<T>): Promise<T> {
    if (this.#running + this.#waiting.length >= MAX_PLACES) this.#makeRoom(rank);
    return new Promise<T>((resolve, reject) => {
      const run = (): Promise<void> => derive().then(resolve, reject);
      this.#waiting.push({ rank, run, refuse: () => reject(new TooManyAttemptsError(BUSY)) });
      this.#next();
    });
  }

  #makeRoom(rank: number): void {
    const worst = this.#waiting.reduce((found, place) => (place.rank > found.rank ? place : found));
    if (worst.rank < rank) throw new TooManyAttemptsError(BUSY);
    this.#take(worst).refuse();
  }

  #next(): void {
    if (this.#running > 0 || this.#waiting.length === 0) return;
    this.#running++;
    const first = this.#waiting.reduce((found, place) => (place.rank <= found.rank ? place : found));
    void this.#take(first)
      .run()
      .finally(() => {
        this.#running--;
        this.#next();
      });
  }

  #take(place: Place): Place {
    this.#waiting.splice(this.#waiting.indexOf(place), 1);
    return place;
  }
}
