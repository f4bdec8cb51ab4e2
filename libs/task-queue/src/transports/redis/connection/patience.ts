import { LONGEST_TIMER } from '../../../core/ports/runtime/clock.js';
import { monotonic } from '../../shared/monotonic.js';
import { ConnectionLostError } from './redis-errors.js';

interface Owed {
  readonly until: number;
  give(up: ConnectionLostError): void;
}

/** Gives up on calls whose answer does not come in time. One timer serves all of them: one each would cost more than the call's own work. */
export class Patience {
  readonly #owed = new Set<Owed>();
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;

  /** @param silent is called when an answer has not come in time */
  constructor(private readonly silent: () => void) {}

  /**
   * The call's own end, or its failure after `ms`.
   * @throws ConnectionLostError
   */
  within<T>(call: Promise<T>, ms: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const one: Owed = { until: monotonic() + Math.max(1, ms), give: reject };
      this.#owed.add(one);
      if (one.until < this.#timerAt) this.#arm(one.until);
      const answered = (): boolean => this.#owed.delete(one);
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
    for (const one of this.#owed) {
      if (one.until > now) {
        next = Math.min(next, one.until);
        continue;
      }
      this.#owed.delete(one);
      one.give(new ConnectionLostError(true, 'no answer in time'));
      late = true;
    }
    if (next !== Infinity) this.#arm(next);
    if (late) this.silent();
  }
}
