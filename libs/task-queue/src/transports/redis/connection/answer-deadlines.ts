import { LONGEST_TIMER } from '../../../core/ports/runtime/clock.js';
import { monotonic } from '../../shared/monotonic.js';
import { afterPendingInput } from '../../shared/pending-input.js';
import { ConnectionLostError } from '../../shared/store-errors.js';

interface Unanswered {
  /** when it fails on a connection that was silent since `middle` */
  readonly early: number;
  readonly middle: number;
  /** when it fails in any case */
  readonly last: number;
  fail(error: ConnectionLostError): void;
}

/** The connection of the calls. */
export interface Line {
  /** monotonic ms of its last sign of life */
  readonly movedAt: number;
  /** Drops the connection. */
  reopen(): void;
}

/** Fails calls that are not answered in time. One timer serves all calls: a timer for each would cost more than the call itself. */
export class AnswerDeadlines {
  readonly #unanswered = new Set<Unanswered>();
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;

  constructor(private readonly line: Line) {}

  /**
   * Settles as `call` does.
   * @param early ms after which it fails if the connection is silent, which is dropped then
   * @throws ConnectionLostError after `ms` without an answer
   */
  within<T>(call: Promise<T>, early: number, ms: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const now = monotonic();
      const one: Unanswered = { early: now + Math.max(1, early), middle: now + early / 2, last: now + Math.max(1, ms), fail: reject };
      this.#unanswered.add(one);
      if (one.early < this.#timerAt) this.#arm(one.early);
      const answered = (): boolean => this.#unanswered.delete(one);
      call.then(
        (value) => (answered(), resolve(value)),
        (error: Error) => (answered(), reject(error)),
      );
    });
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => afterPendingInput(() => this.#sweep()), Math.min(at - monotonic(), LONGEST_TIMER)).unref();
  }

  #sweep(): void {
    this.#timerAt = Infinity;
    const { movedAt } = this.line;
    const now = monotonic();
    let silent = false;
    let next = Infinity;
    for (const one of this.#unanswered) {
      const until = one.early <= now && movedAt > one.middle ? one.last : one.early;
      if (until > now) {
        next = Math.min(next, until);
        continue;
      }
      this.#unanswered.delete(one);
      one.fail(new ConnectionLostError(true, 'no answer in time'));
      silent ||= movedAt <= one.middle;
    }
    if (next !== Infinity) this.#arm(next);
    if (silent) this.line.reopen();
  }
}
