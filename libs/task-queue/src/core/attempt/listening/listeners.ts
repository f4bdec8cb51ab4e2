import type { Signal, SignalName, SignalPayloads, Signals } from '../../ports/task/signals.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';
import { isPromise } from '../is-promise.js';

interface Listener {
  /** where it is written, for logs */
  readonly place: string;
  readonly call: (payload: never) => unknown;
}

/**
 * Who listens to signals, decided at boot, and how often listeners failed. What a listener or hook throws, or rejects
 * with, is logged and counted, and changes nothing for what it was told of.
 */
export class Listeners {
  readonly #listeners = new Map<SignalName, Listener[]>();
  readonly #signals: { [N in SignalName]?: Signal<N> } = {};
  readonly #failures = new Map<string, number>();

  constructor(private readonly logger: TaskLogger) {}

  /** To be called, where somebody listens: `signals.task_prerun?.({ … })`. */
  get signals(): Signals {
    return this.#signals;
  }

  /** How often listeners and hooks failed, by what they were told. */
  get failures(): ReadonlyMap<string, number> {
    return this.#failures;
  }

  on<N extends SignalName>(name: N, place: string, listener: (payload: SignalPayloads[N]) => unknown): void {
    const listeners = this.#listeners.get(name) ?? [];
    listeners.push({ place, call: listener });
    this.#listeners.set(name, listeners);
    (this.#signals as Record<SignalName, unknown>)[name] = (payload: never) => this.#emit(name, listeners, payload);
  }

  /** Calls a listener. Never throws; what it gives back, where that is a promise, never rejects. */
  guard(what: string, place: string, call: () => unknown): Promise<void> | void {
    try {
      const answer = call();
      if (!isPromise(answer)) return undefined;
      return Promise.resolve(answer).then(
        () => undefined,
        (error: unknown) => this.failed(what, place, error),
      );
    } catch (error) {
      this.failed(what, place, error);
    }
    return undefined;
  }

  failed(what: string, place: string, error: unknown): void {
    this.#failures.set(what, (this.#failures.get(what) ?? 0) + 1);
    this.logger.error('a listener failed; the task and the worker go on', { listener: place, toldOf: what, error });
  }

  #emit(name: SignalName, listeners: readonly Listener[], payload: never): Promise<void> | void {
    const waiting = listeners
      .map(({ place, call }) => this.guard(name, place, () => call(payload)))
      .filter((answer) => answer !== undefined);
    return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined);
  }
}
