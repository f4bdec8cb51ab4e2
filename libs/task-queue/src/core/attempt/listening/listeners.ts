import type { Signal, SignalName, SignalPayloads, Signals } from '../../ports/task/signals.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';
import { isPromise } from '../is-promise.js';

interface Listener {
  /** its place in the code, for logs */
  readonly place: string;
  readonly call: (payload: never) => unknown;
}

/**
 * The listeners of signals, registered at boot, and how often they failed. An error of a listener or hook is logged and
 * counted; it does not affect the task or the worker.
 */
export class Listeners {
  readonly #listeners = new Map<SignalName, Listener[]>();
  readonly #signals: { [N in SignalName]?: Signal<N> } = {};
  readonly #failures = new Map<string, number>();

  constructor(private readonly logger: TaskLogger) {}

  /** A signal without a listener is absent: `signals.task_prerun?.({ … })`. */
  get signals(): Signals {
    return this.#signals;
  }

  /** How often listeners and hooks failed, by signal or hook name. */
  get failures(): ReadonlyMap<string, number> {
    return this.#failures;
  }

  on<N extends SignalName>(name: N, place: string, listener: (payload: SignalPayloads[N]) => unknown): void {
    const listeners = this.#listeners.get(name) ?? [];
    listeners.push({ place, call: listener });
    this.#listeners.set(name, listeners);
    (this.#signals as Record<SignalName, unknown>)[name] = (payload: never) => this.#emit(name, listeners, payload);
  }

  /** Calls a listener. Never throws, and a promise that it returns never rejects. */
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
