import { monotonic } from '../../shared/monotonic.js';

/** ms without an answer to pending calls after which a connection counts as dead */
const ANSWER_LIMIT = 5_000;
const CHECK_EVERY = 1_000;

/** Notices a silent connection with pending calls: a peer that vanished never closes its connection. */
export class AnswerWatch {
  #pending = 0;
  #lastAnswer = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly silent: () => void) {}

  asked(): void {
    if (this.#pending++ > 0) return;
    this.#lastAnswer = monotonic();
    this.#timer ??= setInterval(() => this.#check(), CHECK_EVERY).unref();
  }

  answered(): void {
    this.#pending -= 1;
    this.#lastAnswer = monotonic();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #check(): void {
    if (this.#pending === 0) this.stop();
    else if (monotonic() - this.#lastAnswer > ANSWER_LIMIT) this.silent();
  }
}
