import type { HeldBatch } from './leased-delivery.js';
import { ABANDON, END, HOLD, Journal } from './journal.js';

/** Where a delivery is: its batch, and its index in it. */
export type Place = readonly [sequence: number, index: number];
/** A revoked delivery. */
export type Mark = readonly [sequence: number, index: number, terminate: boolean];

export interface SeatOptions {
  readonly lease: number;
  readonly maxLoopBlock: number;
  /** leases that are confirmed as lost, settled ones among them */
  lost(places: readonly Place[]): void;
  revoked(marks: readonly Mark[]): void;
}

export interface SeatLink {
  /** @returns whether there is a thread to read it */
  post(message: unknown): boolean;
  closed(): void;
}

/** indexes of the memory that the thread writes: when, and through which batch, it last renewed everything */
const RENEWED_AT = 0;
const THROUGH = 1;

/**
 * One consumer's place in the lease-keeper's thread. Deliveries are written to its journal before they are handed out, so that a
 * handler that blocks the loop at once keeps its lease. The last renewal is read from shared memory, so that it is known right
 * after a block.
 */
export class KeeperSeat {
  readonly #shared = new BigInt64Array(new SharedArrayBuffer(16));
  readonly #held = new Map<number, HeldBatch>();
  #journal = new Journal();
  /** bytes written since the thread was last asked to read */
  #unread = 0;

  /** @param setting what the engine's thread must know about this consumer */
  constructor(
    private readonly number: number,
    readonly options: SeatOptions,
    private readonly setting: object,
    private readonly link: SeatLink,
  ) {}

  /** Gives a new thread everything that is held. */
  open(): void {
    const { lease, maxLoopBlock } = this.options;
    this.#begin(new Journal());
    const journal = this.#journal.buffer;
    this.link.post(['open', this.number, { lease, maxLoopBlock, shared: this.#shared.buffer, journal, ...this.setting }]);
    for (const batch of this.#held.values()) this.#write(HOLD, batch.sequence, batch.renewal());
  }

  hold(batches: readonly HeldBatch[]): void {
    for (const batch of batches) {
      this.#held.set(batch.sequence, batch);
      this.#write(HOLD, batch.sequence, batch.renewal());
    }
  }

  /** A batch is settled or lost. */
  end(sequence: number): void {
    this.#held.delete(sequence);
    this.#write(END, sequence);
  }

  /** One delivery of a batch is renewed no longer. */
  abandon(sequence: number, index: number): void {
    this.#write(ABANDON, sequence, String(index));
  }

  /** When the last successful renewal of a batch was sent, by the clock of leases; 0 = none was. */
  renewedAt(sequence: number): number {
    // In this order: the thread writes RENEWED_AT before THROUGH.
    if (sequence > Number(Atomics.load(this.#shared, THROUGH))) return 0;
    return Number(Atomics.load(this.#shared, RENEWED_AT)) / 1_000;
  }

  /** Drops lost leases, and only then lets the thread report renewals again: no lost lease may look renewed. */
  lost(places: readonly Place[]): void {
    this.options.lost(places);
    this.link.post(['heard', this.number]);
  }

  close(): void {
    this.link.post(['close', this.number]);
    this.link.closed();
  }

  /** The thread reads before each renewal, and on request when the journal fills up earlier. */
  #write(kind: number, sequence: number, text?: string): void {
    let written = this.#journal.write(kind, sequence, text);
    if (written === 0) {
      this.#continue(Journal.sizeOf(text ?? ''));
      written = this.#journal.write(kind, sequence, text);
    }
    this.#unread += written;
    if (this.#unread < this.#journal.capacity / 4) return;
    this.#unread = 0;
    this.link.post(['read', this.number]);
  }

  /** Continues in a larger journal; the thread takes it when it has read this one. A new thread gets everything that is held anyway. */
  #continue(room: number): void {
    const next = new Journal(2 * Math.max(room, this.#journal.capacity));
    this.#begin(next);
    if (!this.link.post(['journal', this.number, next.buffer])) this.#begin(new Journal(2 * room));
  }

  #begin(journal: Journal): void {
    this.#journal = journal;
    this.#unread = 0;
  }
}
