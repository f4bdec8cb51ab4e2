import { monotonic } from '../../shared/monotonic.js';

/** ms without any answer, while one is owed, after which a connection is taken for dead */
const ANSWER_LIMIT = 5_000;
const CHECK_EVERY = 1_000;

/** Notices a connection that says nothing any more although answers are owed: no close ever comes from a peer that is gone. */
export class AnswerWatch {
  #owed = 0;
  #lastAnswer = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly silent: () => void) {}

  asked(): void {
    if (this.#owed++ > 0) return;
    this.#lastAnswer = monotonic();
    this.#timer ??= setInterval(() => this.#check(), CHECK_EVERY).unref();
  }

  answered(): void {
    this.#owed -= 1;
    this.#lastAnswer = monotonic();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #check(): void {
    if (this.#owed === 0) this.stop();
    else if (monotonic() - this.#lastAnswer > ANSWER_LIMIT) this.silent();
  }
}
