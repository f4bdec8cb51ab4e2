/** What a receive may take (see receive.lua), or that it must wait until everything handed out is settled. */
export type SuspectTurn = 'hold' | '0' | '1' | '2';

/** ms between two drains at least, and how many times as long as the last drain took */
const MIN_PAUSE = 1_000;
const PAUSE_FACTOR = 4;

/**
 * Suspects are handed out alone, to a consumer that holds nothing. A busy consumer never holds nothing by itself, so when
 * suspects wait it stops receiving from time to time (a drain, bounded by one lease), takes one, and goes on. Ordinary work
 * has its turn between two suspects.
 */
export class SuspectTurns {
  #waiting = 0;
  #lastWasSuspect = false;
  #drainSince: number | null = null;
  #nextDrain = 0;

  constructor(private readonly lease: number) {}

  /** @param held deliveries that are out · @param suspectHeld one of them is a suspect */
  next(held: number, suspectHeld: boolean, now: number): SuspectTurn {
    if (suspectHeld) return 'hold';
    if (held === 0) {
      this.#endDrain(now);
      return this.#lastWasSuspect ? '2' : '1';
    }
    if (this.#waiting === 0) return '0';
    if (this.#drainSince === null) {
      if (now < this.#nextDrain) return '0';
      this.#drainSince = now;
    }
    if (now - this.#drainSince < this.lease) return 'hold';
    this.#endDrain(now);
    return '0';
  }

  /** ms until a drain under way is given up; Infinity = none is */
  remaining(now: number): number {
    return this.#drainSince === null ? Infinity : Math.max(0, this.#drainSince + this.lease - now);
  }

  /** What a receive has shown. */
  seen(waiting: number, tookSuspect: boolean, tookAny: boolean): void {
    this.#waiting = waiting;
    if (tookAny) this.#lastWasSuspect = tookSuspect;
  }

  #endDrain(now: number): void {
    if (this.#drainSince === null) return;
    this.#nextDrain = now + Math.max(MIN_PAUSE, PAUSE_FACTOR * (now - this.#drainSince));
    this.#drainSince = null;
  }
}
