import type { Settlement, SettleReceipt } from '../../../core/ports/broker/consumer.js';

/** ms between two tries; a try may hold up other calls for as long as it waits */
const PAUSE = 200;

type Receipts = Map<Settlement, SettleReceipt>;

interface Undecided {
  readonly settlements: readonly Settlement[];
  readonly accepted: Receipts;
  end(): void;
}

/**
 * Settlements that wait for somebody else, such as for a lock of an open transaction. All are tried together; after a failure half of
 * them, until one is alone: that goes to the end. So those that wait no longer are settled while another one still waits.
 */
export class SetApart {
  #waiting: Settlement[] = [];
  /** how many the next try takes */
  #size = Infinity;
  /** the try that is under way: how many it took, and which of them still wait */
  #trying: { readonly count: number; readonly back: Settlement[] } | null = null;
  readonly #undecided = new Set<Undecided>();
  #timer: NodeJS.Timeout | undefined;
  #due = false;

  /** @param retry is called when a try is due */
  constructor(private readonly retry: () => void) {}

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  get due(): boolean {
    return this.#due;
  }

  add(settlements: readonly Settlement[]): void {
    if (this.#trying !== null) return void this.#trying.back.push(...settlements);
    this.#waiting.push(...settlements);
    this.#retryLater();
  }

  /** Calls `end` when none of these waits any more; receipts are added to `accepted` until then. */
  whenDecided(settlements: readonly Settlement[], accepted: Receipts, end: () => void): void {
    this.#undecided.add({ settlements, accepted, end });
    this.#endDecided();
  }

  /** Begins a try. */
  take(): readonly Settlement[] {
    this.#due = false;
    const taken = this.#waiting.splice(0, this.#size);
    this.#trying = { count: taken.length, back: [] };
    return taken;
  }

  /** Ends a try. */
  tried(accepted: Receipts): void {
    const { count, back } = this.#trying!;
    this.#trying = null;
    const isDivisible = count > 1;
    this.#size = back.length > 0 && isDivisible ? Math.ceil(back.length / 2) : Infinity;
    this.#waiting = isDivisible ? [...back, ...this.#waiting] : [...this.#waiting, ...back];
    for (const one of this.#undecided) copy(accepted, one);
    this.#endDecided();
    if (this.#waiting.length === 0) return;
    if (back.length > 0) this.#retryLater();
    else this.#due = true;
  }

  /** Tries all at once, for the last time. */
  retryNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    this.#size = Infinity;
    this.#due = true;
    this.retry();
  }

  #retryLater(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#due = true;
      this.retry();
    }, PAUSE);
  }

  #endDecided(): void {
    const waiting = new Set(this.#waiting);
    for (const one of this.#undecided) {
      if (one.settlements.some((settlement) => waiting.has(settlement))) continue;
      this.#undecided.delete(one);
      one.end();
    }
  }
}

function copy(receipts: Receipts, { settlements, accepted }: Undecided): void {
  for (const settlement of settlements) {
    const receipt = receipts.get(settlement);
    if (receipt !== undefined) accepted.set(settlement, receipt);
  }
}
