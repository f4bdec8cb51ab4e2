import { LONGEST_TIMER } from '../../../core/ports/runtime/clock.js';
import { monotonic } from '../../shared/monotonic.js';
import { ConnectionLostError } from '../../shared/store-errors.js';

interface Unanswered {
  readonly until: number;
  fail(error: ConnectionLostError): void;
}

/** Fails calls that are not answered in time. One timer serves all calls: a timer for each would cost more than the call itself. */
export class AnswerDeadlines {
  readonly #unanswered = new Set<Unanswered>();
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;

  /** @param silent called after calls have failed */
  constructor(private readonly silent: () => void) {}

  /** Settles as `call` does. @throws ConnectionLostError after `ms` without an answer */
  within<T>(call: Promise<T>, ms: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const one: Unanswered = { until: monotonic() + Math.max(1, ms), fail: reject };
      this.#unanswered.add(one);
      if (one.until < this.#timerAt) this.#arm(one.until);
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
    this.#timer = setTimeout(() => this.#sweep(), Math.min(at - monotonic(), LONGEST_TIMER)).unref();
  }

  #sweep(): void {
    this.#timerAt = Infinity;
    const now = monotonic();
    let late = false;
    let next = Infinity;
    for (const one of this.#unanswered) {
      if (one.until > now) {
        next = Math.min(next, one.until);
        continue;
      }
      this.#unanswered.delete(one);
      one.fail(new ConnectionLostError(true, 'no answer in time'));
      late = true;
    }
    if (next !== Infinity) this.#arm(next);
    if (late) this.silent();
  }
}
