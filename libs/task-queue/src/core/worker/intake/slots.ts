import type { Clock, ClockTimer } from '../../ports/runtime/clock.js';
import type { Delivery } from '../../ports/broker/consumer.js';
import type { Prefetch } from './prefetch.js';

export interface SlotsOptions {
  readonly concurrency: number;
  readonly prefetch: Prefetch;
  readonly clock: Clock;
  /** how many have ended and are not settled yet */
  unsettled?(): number;
  run(delivery: Delivery): Promise<void>;
  /** gives back deliveries that waited too long, uncharged */
  release(deliveries: readonly Delivery[]): void;
  /** there is room for more */
  room(): void;
}

/** Deliveries that have waited this long for a slot go back, so that another worker can have them. */
const MAX_BUFFERED_MS = 1_000;

/** The most unsettled deliveries. More would fill the memory of a worker whose broker is slow, and all would run again after a crash. */
const MAX_UNSETTLED = 2_000;

/**
 * The slots in which deliveries run, and the short line before them. A free slot takes the next delivery in line. A line
 * that does not move is given back.
 */
export class Slots {
  #line: Delivery[] = [];
  #next = 0;
  #running = 0;
  #begun = 0;
  #concurrency: number;
  #lastMove = 0;
  #timer: ClockTimer | undefined;
  #closed = false;
  /** the line begins to move in the next turn of the event loop */
  #starting = false;
  #idle: (() => void)[] = [];

  constructor(private readonly options: SlotsOptions) {
    this.#concurrency = options.concurrency;
  }

  get running(): number {
    return this.#running;
  }

  /** Deliveries that were begun since the start. */
  get begun(): number {
    return this.#begun;
  }

  /** The line itself, as it is now. */
  get waiting(): readonly Delivery[] {
    return this.#line.slice(this.#next);
  }

  get prefetchLimit(): number {
    return this.options.prefetch.limit;
  }

  get buffered(): number {
    return this.#line.length - this.#next;
  }

  /** How many more deliveries to ask for now: 0 while the line is long enough, so that receives stay large. */
  get wanted(): number {
    const { prefetch, unsettled } = this.options;
    if (unsettled !== undefined && unsettled() >= MAX_UNSETTLED) return 0;
    const limit = prefetch.limit;
    if (this.#running >= this.#concurrency && this.buffered * 2 > limit) return 0;
    return Math.max(0, this.#concurrency - this.#running + limit - this.buffered);
  }

  /** Changes how many run at once; deliveries beyond the new size end in their own time. */
  resize(concurrency: number): void {
    this.#concurrency = concurrency;
    this.options.prefetch.resize(concurrency);
    this.#fill();
    if (this.wanted > 0) this.options.room();
  }

  /**
   * A batch larger than the free slots begins in the next turn of the event loop. The next receive is sent by then, so the
   * broker works on it while these run.
   */
  accept(deliveries: readonly Delivery[]): void {
    if (this.#closed) return this.options.release(deliveries);
    this.#compact();
    for (const delivery of deliveries) this.#line.push(delivery);
    if (deliveries.length > this.#concurrency) this.#fillSoon();
    else this.#fill();
    this.#watch();
  }

  /** Gives one back if it has not started. */
  release(id: string): void {
    const place = this.#line.findIndex((one, at) => at >= this.#next && one.id === id);
    if (place !== -1) this.options.release(this.#line.splice(place, 1));
  }

  /** Gives back deliveries that have not started, and accepts no more. */
  close(): void {
    this.#closed = true;
    this.#timer?.clear();
    this.#timer = undefined;
    this.#giveBack();
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.#running > 0 || this.#starting) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #fillSoon(): void {
    if (this.#starting) return;
    this.#starting = true;
    setImmediate(() => {
      this.#starting = false;
      this.#fill();
      this.#tellIdle();
    });
  }

  #tellIdle(): void {
    if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  #fill(): void {
    const { clock } = this.options;
    if (this.#running >= this.#concurrency || this.buffered === 0) return;
    const now = clock.now();
    this.#lastMove = now;
    while (this.#running < this.#concurrency && this.buffered > 0) this.#start(this.#line[this.#next++]!, now);
  }

  #start(delivery: Delivery, now: number): void {
    this.#running++;
    this.#begun++;
    void this.options.run(delivery).then(() => {
      this.#running--;
      this.options.prefetch.ran(this.options.clock.now() - now);
      this.#fill();
      if (this.wanted > 0) this.options.room();
      this.#tellIdle();
    });
  }

  #watch(): void {
    if (this.#timer !== undefined || this.buffered === 0) return;
    this.#timer = this.options.clock.timer(MAX_BUFFERED_MS / 2, () => {
      this.#timer = undefined;
      const waited = this.options.clock.now() - this.#lastMove;
      if (this.buffered > 0 && waited >= MAX_BUFFERED_MS) {
        this.options.prefetch.blocked(waited);
        this.#giveBack();
      }
      this.#watch();
    });
  }

  #giveBack(): void {
    const waiting = this.#line.slice(this.#next);
    this.#line = [];
    this.#next = 0;
    if (waiting.length > 0) this.options.release(waiting);
  }

  #compact(): void {
    if (this.#next === 0) return;
    this.#line = this.#line.slice(this.#next);
    this.#next = 0;
  }
}
