/** A worker prefetches at most the messages that it can run within this many ms. */
export const PREFETCH_MS = 50;
const WEIGHT = 0.05;

/**
 * How many messages a worker may hold beyond those it runs: as many as it can run within {@link PREFETCH_MS}, by the
 * measured run time, and at most `prefetchMultiplier × concurrency`. It begins with none, so that long tasks are not hoarded.
 */
export class Prefetch {
  /** moving average in ms; unknown until the first task has ended */
  #average = Infinity;

  #concurrency: number;

  constructor(
    concurrency: number,
    private readonly multiplier: number,
  ) {
    this.#concurrency = concurrency;
  }

  resize(concurrency: number): void {
    this.#concurrency = concurrency;
  }

  ran(ms: number): void {
    this.#average = this.#average === Infinity ? ms : this.#average + (ms - this.#average) * WEIGHT;
  }

  /** Messages have waited here this long because the slots are blocked. */
  blocked(ms: number): void {
    this.#average = Math.max(ms, this.#average === Infinity ? 0 : this.#average);
  }

  get limit(): number {
    if (this.#average === Infinity) return 0;
    const clearable = (this.#concurrency * PREFETCH_MS) / Math.max(this.#average, 0.01);
    return Math.floor(Math.min(this.multiplier * this.#concurrency, clearable));
  }
}
