/** What a receive may take: nothing, ready messages, or one of both with the first of them preferred. */
export type Turn = 'nothing' | 'ready' | 'suspect, then ready' | 'ready, then suspect';

export interface Holding {
  /** deliveries that the consumer has out */
  readonly held: number;
  readonly holdsSuspect: boolean;
  readonly suspectsWait: boolean;
}

/**
 * Shares a consumer between suspects, which come alone to one that holds nothing, and ordinary work. A busy consumer
 * never holds nothing by itself: while suspects wait it takes nothing new for up to a lease, then works for a lease.
 */
export class SuspectTurns {
  /** when it began to be too busy for the suspects that wait */
  private busySince: number | null = null;
  private lastWasSuspect = false;

  constructor(private readonly lease: number) {}

  next({ held, holdsSuspect, suspectsWait }: Holding, now: number): Turn {
    if (holdsSuspect) return 'nothing';
    if (held === 0 || !suspectsWait) this.busySince = null;
    if (held === 0) return this.lastWasSuspect ? 'ready, then suspect' : 'suspect, then ready';
    if (!suspectsWait) return 'ready';
    this.busySince ??= now;
    return this.phase(now) % 2 === 0 ? 'nothing' : 'ready';
  }

  took(suspect: boolean): void {
    this.lastWasSuspect = suspect;
  }

  /** ms until {@link next} changes its answer by itself */
  changesIn(now: number): number {
    if (this.busySince === null) return Infinity;
    return this.busySince + (this.phase(now) + 1) * this.lease - now;
  }

  private phase(now: number): number {
    return Math.floor((now - this.busySince!) / this.lease);
  }
}
