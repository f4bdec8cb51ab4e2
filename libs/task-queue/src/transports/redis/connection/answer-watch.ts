import type { Socket } from 'node:net';
import { monotonic } from '../../shared/monotonic.js';
import { afterPendingInput } from '../../shared/pending-input.js';

/** ms without a sign of life, while calls are pending, after which a connection counts as dead */
const SILENCE_LIMIT = 5_000;
const CHECK_EVERY = 1_000;

/**
 * Notices a silent connection with pending calls: a peer that vanished never closes its connection. Signs of life are bytes that
 * arrive, and bytes that leave a queue in front of the socket; a large answer over a slow line takes long and is no silence (rule 31).
 */
export class AnswerWatch {
  #pending = 0;
  /** when a call was made on an idle connection, or of the last sign of life */
  #quietSince = 0;
  #movedAt = -Infinity;
  #read = 0;
  #queued = 0;
  #timer: NodeJS.Timeout | null = null;

  /** @param socket of the present connection */
  constructor(
    private readonly socket: () => Socket | undefined,
    private readonly silent: () => void,
  ) {}

  asked(): void {
    if (this.#pending++ > 0) return;
    this.#look();
    this.#quietSince = monotonic();
    this.#timer ??= setInterval(() => this.#check(), CHECK_EVERY).unref();
  }

  answered(): void {
    this.#pending -= 1;
    this.#quietSince = this.#movedAt = monotonic();
  }

  /** monotonic ms of the last sign of life */
  get movedAt(): number {
    this.#look();
    return this.#movedAt;
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #check(): void {
    if (this.#pending === 0) return this.stop();
    if (!this.#isSilent()) return;
    afterPendingInput(() => {
      if (this.#pending > 0 && this.#isSilent()) this.silent();
    });
  }

  #isSilent(): boolean {
    this.#look();
    return monotonic() - this.#quietSince > SILENCE_LIMIT;
  }

  /** Notes whether bytes have moved since the last look. */
  #look(): void {
    const socket = this.socket() as (Socket & { _handle?: { writeQueueSize?: number } }) | undefined;
    const read = socket?.bytesRead ?? 0;
    // The driver of the socket takes one write after another, so what is queued shrinks, or the next write has begun.
    const queued = socket?._handle?.writeQueueSize ?? 0;
    if (read !== this.#read || (this.#queued > 0 && queued !== this.#queued)) this.#quietSince = this.#movedAt = monotonic();
    this.#read = read;
    this.#queued = queued;
  }
}
