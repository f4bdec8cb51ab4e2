/** before all ranks */
const START = -2;
const LAST = 9;
/** ms after which the whole lines are scanned again: messages put in front, or committed late, are before the cursors */
const WHOLE_AGAIN = 1_000;

/** Where in the lines a receive looks: after (rank, seq), through rank `last`. */
export interface Segments {
  readonly queues: string[];
  readonly ranks: number[];
  readonly seqs: string[];
  readonly lasts: number[];
}

/**
 * Remembers by queue and rank how far the lines are taken (rule 24). A receive then does not walk over rows that were deleted
 * before: they stay in the index while any transaction holds back vacuum.
 */
export class LineCursors {
  readonly #byQueue = new Map<string, Map<number, bigint>>();
  #wholeAt = -Infinity;

  /** Where to look in these queues, in their order. */
  segments(queues: readonly string[], now: number): Segments {
    if (now - this.#wholeAt >= WHOLE_AGAIN) {
      this.#byQueue.clear();
      this.#wholeAt = now;
    }
    const segments: Segments = { queues: [], ranks: [], seqs: [], lasts: [] };
    for (const queue of queues) this.#add(segments, queue);
    return segments;
  }

  /** @param tops `<rank>:<highest seq taken>,…` */
  took(queue: string, tops: string): void {
    if (tops === '') return;
    let cursors = this.#byQueue.get(queue);
    if (cursors === undefined) this.#byQueue.set(queue, (cursors = new Map()));
    for (const top of tops.split(',')) {
      const [rank, seq] = top.split(':') as [string, string];
      cursors.set(Number(rank), BigInt(seq));
    }
  }

  /** A message was put in front. */
  forget(): void {
    this.#byQueue.clear();
  }

  #add({ queues, ranks, seqs, lasts }: Segments, queue: string): void {
    const cursors = [...(this.#byQueue.get(queue) ?? [])].filter(([rank]) => rank >= 0).sort(([a], [b]) => a - b);
    const starts: (readonly [rank: number, seq: bigint])[] = [[START, 0n], ...cursors];
    starts.forEach(([rank, seq], at) => {
      queues.push(queue);
      ranks.push(rank);
      seqs.push(String(seq));
      lasts.push((starts[at + 1]?.[0] ?? LAST + 1) - (at + 1 < starts.length ? 1 : 0));
    });
  }
}
