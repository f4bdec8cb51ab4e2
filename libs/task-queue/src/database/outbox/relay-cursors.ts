/** ms after which all rows are looked at again: a transaction that took its number earlier may have committed later */
const WHOLE_AGAIN = 1_000;

/**
 * Remembers by queue how far the outbox is relayed (rule 24), so that a pass does not read rows again that were removed: they stay in the
 * index while any transaction holds back vacuum.
 */
export class RelayCursors {
  readonly #seqs = new Map<string, bigint>();
  #wholeAt = -Infinity;
  #whole = true;

  /** A pass begins. */
  begin(now: number): void {
    this.#whole = now - this.#wholeAt >= WHOLE_AGAIN;
    if (this.#whole) this.#wholeAt = now;
  }

  /** Queues, and the last row of each that this pass need not look at. */
  get ends(): readonly [queues: string[], seqs: string[]] {
    return this.#whole ? [[], []] : [[...this.#seqs.keys()], Array.from(this.#seqs.values(), String)];
  }

  /** The row after which this pass begins in a queue. */
  after(queue: string): string {
    return String((this.#whole ? undefined : this.#seqs.get(queue)) ?? 0);
  }

  /** Rows of a queue were removed. */
  relayed(queue: string, seq: string): void {
    const known = this.#seqs.get(queue) ?? 0n;
    if (BigInt(seq) > known) this.#seqs.set(queue, BigInt(seq));
  }

  /** ms until a pass must look at all rows: this one skipped some. */
  wholeIn(now: number): number {
    return this.#whole ? Infinity : Math.max(0, this.#wholeAt + WHOLE_AGAIN - now);
  }
}
