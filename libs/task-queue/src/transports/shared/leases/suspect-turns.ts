/** What a receive may take, as receive.lua and the function `receive` read it. */
export const READY_ONLY = '0';
export const SUSPECT_FIRST = '1';
export const READY_FIRST = '2';
/** 'hold': the consumer receives nothing until everything that is out is settled. */
export type SuspectTurn = 'hold' | typeof READY_ONLY | typeof SUSPECT_FIRST | typeof READY_FIRST;

/** least ms between two drains, and the pause as a multiple of the last drain */
const MIN_PAUSE = 1_000;
const PAUSE_FACTOR = 4;

/**
 * Shares a consumer between suspects and ordinary work (rule 9). A suspect is handed out alone, to a consumer that holds nothing.
 * A busy consumer always holds something, so while suspects wait it stops receiving from time to time (a drain, of one lease at
 * most), takes one suspect and goes on. Ordinary work has its turn between two suspects.
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
      return this.#lastWasSuspect ? READY_FIRST : SUSPECT_FIRST;
    }
    if (this.#waiting === 0) return READY_ONLY;
    if (this.#drainSince === null) {
      if (now < this.#nextDrain) return READY_ONLY;
      this.#drainSince = now;
    }
    if (now - this.#drainSince < this.lease) return 'hold';
    this.#endDrain(now);
    return READY_ONLY;
  }

  /** ms until the current drain is given up; Infinity = there is none */
  remaining(now: number): number {
    return this.#drainSince === null ? Infinity : Math.max(0, this.#drainSince + this.lease - now);
  }

  /** Notes how many suspects wait, and what a receive took. */
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
