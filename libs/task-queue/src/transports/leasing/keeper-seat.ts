import type { HeldBatch } from './held-batch.js';
import type { Renewals } from './held-leases.js';

export interface SeatOptions {
  readonly lease: number;
  readonly maxLoopBlock: number;
  /** leases that are confirmed as lost (settled ones among them), by the place of their delivery */
  lost(places: readonly (readonly [sequence: number, index: number])[]): void;
  revoked(marks: readonly (readonly [sequence: number, index: number, terminate: boolean])[]): void;
}

export interface SeatLink {
  post(message: unknown): void;
  closed(): void;
}

/** Batches that ended are told in bulk, with the next one that begins or when this many have gathered. */
const ENDED_AT_ONCE = 64;
/** places in the memory that the thread writes */
const RENEWED_AT = 0;
const THROUGH = 1;

/**
 * One consumer's place in the lease-keeper's thread. What it holds is posted before it is handed out, so that a handler which
 * blocks the loop at once is covered; how far it was renewed is read from shared memory, so that it is known right after a block.
 */
export class KeeperSeat implements Renewals {
  readonly #shared = new BigInt64Array(new SharedArrayBuffer(16));
  readonly #held = new Map<number, HeldBatch>();
  #ended: number[] = [];
  /** batches in which something stayed unsettled: their end is told at once */
  readonly #abandoned = new Set<number>();

  /** @param setting what the thread needs to know of this consumer beyond its lease */
  constructor(
    private readonly number: number,
    readonly options: SeatOptions,
    private readonly setting: object,
    private readonly link: SeatLink,
  ) {}

  /** Tells a thread that begins everything that is held. */
  open(): void {
    const { lease, maxLoopBlock } = this.options;
    this.link.post(['open', this.number, { lease, maxLoopBlock, shared: this.#shared.buffer, ...this.setting }]);
    for (const batch of this.#held.values()) this.#post(batch);
  }

  hold(batches: readonly HeldBatch[]): void {
    for (const batch of batches) {
      this.#held.set(batch.sequence, batch);
      this.#post(batch);
    }
  }

  end(sequence: number): void {
    this.#held.delete(sequence);
    this.#ended.push(sequence);
    if (this.#abandoned.delete(sequence) || this.#ended.length >= ENDED_AT_ONCE) this.link.post(['end', this.number, this.#takeEnded()]);
  }

  abandon(sequence: number, index: number): void {
    this.#abandoned.add(sequence);
    this.link.post(['abandon', this.number, sequence, index]);
  }

  renewedAt(sequence: number): number {
    // In this order: the thread writes the instant before it says how far it goes.
    if (sequence > Number(Atomics.load(this.#shared, THROUGH))) return 0;
    return Number(Atomics.load(this.#shared, RENEWED_AT)) / 1_000;
  }

  /** What was lost is dropped before the thread may say again how far it has renewed: both are known by one instant. */
  lost(places: readonly (readonly [sequence: number, index: number])[]): void {
    this.options.lost(places);
    this.link.post(['heard', this.number]);
  }

  close(): void {
    this.link.post(['close', this.number]);
    this.link.closed();
  }

  #post(batch: HeldBatch): void {
    this.link.post(['hold', this.number, batch.sequence, batch.renewal(), this.#takeEnded()]);
  }

  #takeEnded(): number[] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }
}
