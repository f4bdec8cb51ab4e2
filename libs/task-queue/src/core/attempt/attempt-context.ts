import { InvalidOptionError } from '../errors/option-errors.js';
import { MaxRetriesExceededError } from '../errors/run-errors.js';
import { TaskRetry } from './semipredicates.js';
import { toMilliseconds } from '../message/duration.js';
import type { ResultCodec } from '../message/result-codec.js';
import type { TaskMessage } from '../message/task-message.js';
import type { TaskResultRecord } from '../message/task-result.js';
import { isReservedState } from '../message/task-state.js';
import { retryAfterOf } from '../policies/retry/retry-options.js';
import { hasRetryLeft } from '../policies/retry/retry-policy.js';
import { type DeliveryInfo, type RetryOptions, TaskContext } from '../ports/task/task-context.js';
import type { TaskOptions } from '../ports/task/task-handler.js';
import { withTask } from './records/describe-record.js';

/** the ids of what a task has sent that are kept: they are part of its result */
const MAX_CHILDREN = 1_000;
const NO_CHILDREN: readonly string[] = Object.freeze([]);

/** What an attempt needs from where it runs. */
export interface AttemptSurroundings {
  readonly worker: string;
  readonly isEager: boolean;
  readonly codec: ResultCodec;
  /** states tell which task they are of */
  readonly searchable: boolean;
  /** stores a state between start and end */
  saveState(record: TaskResultRecord, options: TaskOptions): Promise<void>;
  now(): number;
}

/**
 * One attempt as its handler sees it. Its AbortController is made when `signal` is first read (2 µs that most handlers
 * need not pay); an abort before that is remembered.
 */
export class AttemptContext extends TaskContext {
  #controller: AbortController | undefined;
  #abortReason: Error | undefined;
  #refusedRetry: unknown;
  #children: string[] | undefined;

  constructor(
    private readonly message: TaskMessage,
    private readonly options: TaskOptions,
    override readonly deliveryInfo: DeliveryInfo,
    private readonly surroundings: AttemptSurroundings,
    /** epoch ms */
    private readonly startedAt: number,
  ) {
    super();
  }

  get id(): string {
    return this.message.id;
  }
  get task(): string {
    return this.message.task;
  }
  get args(): readonly unknown[] {
    return this.message.args;
  }
  get kwargs(): Readonly<Record<string, unknown>> {
    return this.message.kwargs;
  }
  get retries(): number {
    return this.message.headers.retries;
  }
  get rootId(): string {
    return this.message.headers.rootId;
  }
  get parentId(): string | null {
    return this.message.headers.parentId;
  }
  get groupId(): string | null {
    return this.message.headers.groupId;
  }
  get eta(): number | null {
    return this.message.headers.eta;
  }
  get expires(): number | null {
    return this.message.headers.expires;
  }
  get traceparent(): string | null {
    return this.message.headers.traceparent;
  }
  get headers(): Readonly<Record<string, unknown>> {
    return this.message.headers.custom;
  }
  get tags(): readonly string[] {
    return this.message.headers.tags;
  }
  get worker(): string {
    return this.surroundings.worker;
  }
  get isEager(): boolean {
    return this.surroundings.isEager;
  }

  get children(): readonly string[] {
    return this.#children ?? NO_CHILDREN;
  }

  addChild(id: string): void {
    this.#children ??= [];
    if (this.#children.length < MAX_CHILDREN) this.#children.push(id);
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  /** Why the attempt was told to end; undefined while it was not. */
  get abortReason(): Error | undefined {
    return this.#abortReason;
  }

  /** What `retry()` gave back because no retry was left: thrown, it is final whatever the task's `autoretryFor` says. */
  get refusedRetry(): unknown {
    return this.#refusedRetry;
  }

  /** Tells the handler to end. The first reason stands. */
  abort(reason: Error): void {
    if (this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }

  async updateState(state: string, meta?: unknown): Promise<void> {
    if (isReservedState(state)) {
      throw new InvalidOptionError('state', state, "a state of your own, such as 'PROGRESS' (the worker sets the others)");
    }
    const { codec, searchable, saveState, now } = this.surroundings;
    const problem = meta === undefined ? undefined : codec.findProblem(this.message, meta, 'meta');
    if (problem !== undefined) throw problem;
    const record = { id: this.id, state, retries: this.retries, meta, at: now(), worker: this.worker };
    const told = searchable ? withTask(record, this.message, this.startedAt) : record;
    await saveState(codec.seal(told, this.message.headers), this.options);
  }

  retry(options: RetryOptions = {}): Error {
    const maxRetries = options.maxRetries === undefined ? this.options.maxRetries : options.maxRetries;
    if (!hasRetryLeft(this.retries, maxRetries)) {
      this.#refusedRetry = options.error ?? new MaxRetriesExceededError(this.task, this.id, maxRetries!);
      return this.#refusedRetry as Error;
    }
    return new TaskRetry(this.#retryDue(options), { cause: options.error, args: options.args, kwargs: options.kwargs });
  }

  #retryDue(options: RetryOptions): { delay: number } | { eta: number } {
    if (options.eta === undefined) {
      const asked = options.countdown ?? retryAfterOf(options.error, this.surroundings.now()) ?? this.options.defaultRetryDelay;
      return { delay: toMilliseconds(asked, 'countdown') };
    }
    if (options.countdown !== undefined) throw new InvalidOptionError('eta', options.eta, 'absent beside countdown');
    const eta = Number(options.eta);
    if (!Number.isFinite(eta)) throw new InvalidOptionError('eta', options.eta, 'a valid Date or epoch milliseconds');
    return { eta };
  }
}
