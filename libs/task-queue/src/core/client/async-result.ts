import { GetWithinTaskError, ResultTimeoutError, TaskFailedError } from '../errors/result-errors.js';
import { TaskRevokedError } from '../errors/run-errors.js';
import { toMilliseconds, type Duration } from '../message/duration.js';
import type { ResultCodec } from '../message/result-codec.js';
import type { TaskResultRecord } from '../message/task-result.js';
import { isTerminal, type TaskState } from '../message/task-state.js';
import { currentTask } from '../ports/task/current-task.js';
import type { Clock } from '../ports/runtime/clock.js';
import type { Inspector, Location } from '../ports/control/inspector.js';
import type { ResultBackend } from '../ports/stores/result-backend.js';

/** The stores that an AsyncResult asks; given by its client. */
export interface ResultSource {
  readonly results: ResultBackend;
  readonly codec: ResultCodec;
  readonly inspector: Inspector;
  readonly clock: Clock;
  revoke(ids: readonly string[], options: { readonly terminate: boolean }): Promise<void>;
}

export interface GetOptions {
  /** how long to wait; default '60s' */
  readonly timeout?: Duration;
  /** default true: throw the task's failure; false: resolve with its error as data */
  readonly propagate?: boolean;
  /** default true: refused inside a task, which would occupy its slot while it waits. false: you know that this cannot deadlock */
  readonly disableSyncSubtasks?: boolean;
}

const DEFAULT_GET_TIMEOUT = 60_000;

/**
 * A task that was sent: its id, state and result. It is not a promise, so `await task.delay()` waits until it is sent and
 * `await result.get()` until it has ended.
 */
export class AsyncResult<R = unknown> {
  readonly #source: ResultSource;

  constructor(
    readonly id: string,
    source: ResultSource,
    /** the id was already known, and this call changed nothing */
    readonly deduplicated: boolean = false,
  ) {
    this.#source = source;
  }

  /**
   * The task's return value, waiting for it.
   * @throws GetWithinTaskError inside a task · ResultTimeoutError not finished in time · TaskFailedError · TaskRevokedError · and where it cannot be read,
   *   ContentNotAcceptedError · UndecryptableContentError · MalformedResultError
   */
  async get(options: GetOptions = {}): Promise<R> {
    const within = currentTask.getStore();
    if (within !== undefined && options.disableSyncSubtasks !== false) throw new GetWithinTaskError(this.id, within.task);
    const timeout = options.timeout === undefined ? DEFAULT_GET_TIMEOUT : toMilliseconds(options.timeout, 'timeout');
    const stored = await this.#wait(timeout);
    if (stored === null) throw new ResultTimeoutError(this.id, timeout, await this.state());
    const record = this.#source.codec.open(stored);
    if (record.state === 'SUCCESS' || record.state === 'IGNORED') return record.result as R;
    if (options.propagate === false) return record.error as R;
    if (record.state === 'REVOKED') throw new TaskRevokedError(this.id, record.error?.message ?? 'before it ran');
    throw new TaskFailedError(this.id, record.error ?? { type: 'Error', message: 'no reason was stored' });
  }

  /** The current state; UNKNOWN for an unknown id, and for a finished task whose result is not stored. */
  async state(): Promise<TaskState> {
    const record = await this.#load();
    if (record !== null) return record.state;
    const [location] = await this.#source.inspector.locate([this.id]);
    // It may have finished between the two lookups, so a message that was not found is looked up once more as a result.
    if (!location) return (await this.#load())?.state ?? 'UNKNOWN';
    return stateAt(location);
  }

  async ready(): Promise<boolean> {
    const record = await this.#load();
    return record !== null && isTerminal(record.state);
  }

  async successful(): Promise<boolean> {
    return (await this.#load())?.state === 'SUCCESS';
  }

  async failed(): Promise<boolean> {
    return (await this.#load())?.state === 'FAILURE';
  }

  /** The stored value, without waiting: the return value, the error as data, or the meta of a custom state. */
  async result(): Promise<unknown> {
    const record = await this.#open();
    return record === null ? undefined : (record.result ?? record.error ?? record.meta);
  }

  /** The stack of the failure, as the worker saw it. */
  async traceback(): Promise<string | undefined> {
    return (await this.#open())?.error?.stack;
  }

  /** The whole stored record; null where there is none. */
  async record(): Promise<TaskResultRecord | null> {
    return this.#open();
  }

  /** Whether a result or a message with this id exists. */
  async exists(): Promise<boolean> {
    return (await this.state()) !== 'UNKNOWN';
  }

  /** The task that sent it, recorded in its result with `trail`; null = none, or not known yet. */
  async parent(): Promise<AsyncResult | null> {
    const parent = (await this.#load())?.parent;
    return parent === undefined ? null : new AsyncResult(parent, this.#source);
  }

  /** The tasks that it sent while it ran, its links included, recorded in its result with `trail`. */
  async children(): Promise<AsyncResult[]> {
    const children = (await this.#load())?.children ?? [];
    return children.map((id) => new AsyncResult(id, this.#source));
  }

  /**
   * This result and those of all its descendants (with `trail`), each with its value. Waits for one after another.
   * @throws as {@link get}, for the first that failed; not with `propagate: false`
   */
  async *collect(options: GetOptions = {}): AsyncGenerator<readonly [result: AsyncResult, value: unknown], void, undefined> {
    const seen = new Set([this.id]);
    const open: AsyncResult[] = [this];
    for (const result of open) {
      yield [result, await result.get(options)];
      for (const child of await result.children()) {
        if (seen.has(child.id)) continue;
        seen.add(child.id);
        open.push(child);
      }
    }
  }

  async forget(): Promise<void> {
    await this.#source.results.forget([this.id]);
  }

  /** Prevents it from running; with `terminate`, also aborts it while it runs. */
  async revoke(options: { readonly terminate?: boolean } = {}): Promise<void> {
    await this.#source.revoke([this.id], { terminate: options.terminate ?? false });
  }

  /** @throws when the content of the record is in a form that this process does not accept */
  async #open(): Promise<TaskResultRecord | null> {
    const record = await this.#load();
    return record === null ? null : this.#source.codec.open(record);
  }

  async #load(): Promise<TaskResultRecord | null> {
    return (await this.#source.results.load([this.id]))[0] ?? null;
  }

  async #wait(timeout: number): Promise<TaskResultRecord | null> {
    const giveUp = new AbortController();
    const timer = this.#source.clock.timer(timeout, () => giveUp.abort());
    try {
      return await this.#source.results.wait(this.id, giveUp.signal);
    } finally {
      timer.clear();
    }
  }
}

function stateAt(location: Location): TaskState {
  if (location.place === 'dead') return 'FAILURE';
  return location.place === 'leased' ? 'RECEIVED' : 'PENDING';
}
