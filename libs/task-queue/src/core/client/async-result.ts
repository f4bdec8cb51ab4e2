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

/** What an AsyncResult asks; given by the client that made it. */
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
  /** default true: refused inside a task, which would hold its slot while it waits. false: you know that it cannot block itself */
  readonly disableSyncSubtasks?: boolean;
}

const DEFAULT_GET_TIMEOUT = 60_000;

/**
 * A task that was sent: its id, and what can be asked about it. It is no promise (awaiting it gives itself), so that
 * `await task.delay()` waits for the sending and `await result.get()` for the outcome.
 */
export class AsyncResult<R = unknown> {
  readonly #source: ResultSource;

  constructor(
    readonly id: string,
    source: ResultSource,
    /** the id was already known, so that this call changed nothing */
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

  /** The state now; UNKNOWN for an id that nobody knows (finished and not stored included). */
  async state(): Promise<TaskState> {
    const record = await this.#load();
    if (record !== null) return record.state;
    const [location] = await this.#source.inspector.locate([this.id]);
    // Between the two questions it may have finished, so what was not found anywhere is looked up once more.
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

  /** What is stored now, without waiting: the return value, the error as data, or the meta of a custom state. */
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

  /** Whether anything is known of the id: a result, or a message in any place. */
  async exists(): Promise<boolean> {
    return (await this.state()) !== 'UNKNOWN';
  }

  /** The task that sent it, as its own result tells with `trail`; null where there is none, or it is not known yet. */
  async parent(): Promise<AsyncResult | null> {
    const parent = (await this.#load())?.parent;
    return parent === undefined ? null : new AsyncResult(parent, this.#source);
  }

  /** What it has sent while it ran, its links included, as its result tells with `trail`. */
  async children(): Promise<AsyncResult[]> {
    const children = (await this.#load())?.children ?? [];
    return children.map((id) => new AsyncResult(id, this.#source));
  }

  /**
   * This result and all that came of it (with `trail`), each with its value, waiting for one after the other.
   * @throws as {@link get} does, for the first that failed; not with `propagate: false`
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

  /** Keeps it from running; with `terminate`, also aborts it where it runs. */
  async revoke(options: { readonly terminate?: boolean } = {}): Promise<void> {
    await this.#source.revoke([this.id], { terminate: options.terminate ?? false });
  }

  /** The stored record with its content, which may be in a form that this process does not take in. */
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
