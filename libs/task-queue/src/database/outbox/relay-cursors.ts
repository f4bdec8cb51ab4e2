/** ms after which all rows are looked at again, whatever was seen */
const WHOLE_AGAIN = 1_000;
/** places to which a cursor may still move; more are not remembered */
const MOST_AHEAD = 64;

/** What a look at a queue saw: of transactions below `oldest`, all rows; of transactions from `next` on, none. */
export interface Seen {
  readonly oldest: string;
  readonly next: string;
}

interface Place {
  readonly seq: bigint;
  /** transactions below may still write rows before it */
  readonly next: bigint;
}

interface Cursor {
  seq: bigint;
  /** ascending */
  ahead: Place[];
}

/**
 * Remembers by queue how far the outbox is relayed (rule 24), so that a pass does not read rows again that were removed: they stay in the
 * index while any transaction holds back vacuum. A cursor moves to a row only when no transaction that was open then is open any more, and
 * what they wrote has been relayed: else a row that committed late would be relayed behind later ones (rule 26).
 */
export class RelayCursors {
  readonly #cursors = new Map<string, Cursor>();
  #wholeAt = -Infinity;
  #whole = true;

  /** A pass begins. @param now a clock that may be set back */
  begin(now: number): void {
    this.#whole = Math.abs(now - this.#wholeAt) >= WHOLE_AGAIN;
    if (this.#whole) this.#wholeAt = now;
  }

  /** Queues, and the last row of each that this pass need not look at. */
  get ends(): readonly [queues: string[], seqs: string[]] {
    if (this.#whole) return [[], []];
    const moved = [...this.#cursors].filter(([, { seq }]) => seq > 0n);
    return [moved.map(([queue]) => queue), moved.map(([, { seq }]) => String(seq))];
  }

  /** The row after which this pass begins in a queue. */
  after(queue: string): string {
    return String((this.#whole ? undefined : this.#cursors.get(queue)?.seq) ?? 0);
  }

  /** A look from the ends has found no rows in any queue but these. */
  looked(queues: readonly string[], oldest: string): void {
    for (const [queue, cursor] of this.#cursors) if (!queues.includes(queue)) move(cursor, null, BigInt(oldest));
  }

  /** All rows of a queue through `seq` that were visible were removed. @param more there may be rows behind it */
  relayed(queue: string, seq: string, seen: Seen, more: boolean): void {
    const cursor = this.#cursors.get(queue) ?? { seq: 0n, ahead: [] };
    this.#cursors.set(queue, cursor);
    move(cursor, more ? BigInt(seq) : null, BigInt(seen.oldest));
    const place = { seq: BigInt(seq), next: BigInt(seen.next) };
    if (place.seq <= (cursor.ahead.at(-1)?.seq ?? cursor.seq)) return;
    if (cursor.ahead.length === MOST_AHEAD) cursor.ahead.pop();
    cursor.ahead.push(place);
  }

  /** ms until a pass must look at all rows: this one skipped some. */
  wholeIn(now: number): number {
    return this.#whole ? Infinity : Math.max(0, WHOLE_AGAIN - Math.abs(now - this.#wholeAt));
  }
}

/** Moves a cursor to the last place before which no row can appear any more. @param through the last row that was looked at; null = all */
function move(cursor: Cursor, through: bigint | null, oldest: bigint): void {
  while (cursor.ahead[0] !== undefined && cursor.ahead[0].next <= oldest && (through === null || cursor.ahead[0].seq <= through))
    cursor.seq = cursor.ahead.shift()!.seq;
}
