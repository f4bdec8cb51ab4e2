import { InvalidOptionError } from '../errors/option-errors.js';
import { MaxRetriesExceededError } from '../errors/run-errors.js';
import { TaskRetry } from './semipredicates.js';
import { toMilliseconds } from '../message/duration.js';
import { isReservedState } from '../message/task-state.js';
import { retryAfterOf } from '../policies/retry/retry-options.js';
import { hasRetryLeft } from '../policies/retry/retry-policy.js';
import { type DeliveryInfo, type RetryOptions, TaskContext } from '../ports/task/task-context.js';
import type { TaskHandler } from '../ports/task/task-handler.js';
import type { AttemptEnd } from './attempt-end.js';
import type { AttemptEnvironment } from './attempt-environment.js';
import type { AttemptJob } from './attempt-job.js';
import { recordOfState } from './records/make-record.js';

/** The most ids of sent tasks that a run keeps, because they become part of its result. */
const MAX_CHILDREN = 1_000;
const NO_CHILDREN: readonly string[] = Object.freeze([]);

/**
 * One attempt: its handler sees a TaskContext, its layers see the rest. The AbortController is made when `signal` is first
 * read, because it costs 2 µs.
 */
export class AttemptContext extends TaskContext {
  #controller: AbortController | undefined;
  /** decided in a transaction, which has recorded it */
  recordedEnd: AttemptEnd | undefined;
  #refusedRetry: unknown;
  #children: string[] | undefined;

  constructor(
    readonly job: AttemptJob,
    readonly handler: TaskHandler,
    readonly environment: AttemptEnvironment,
  ) {
    super();
  }

  get id(): string {
    return this.job.message.id;
  }
  get task(): string {
    return this.job.message.task;
  }
  get args(): readonly unknown[] {
    return this.job.message.args;
  }
  get kwargs(): Readonly<Record<string, unknown>> {
    return this.job.message.kwargs;
  }
  get retries(): number {
    return this.job.message.headers.retries;
  }
  get rootId(): string {
    return this.job.message.headers.rootId;
  }
  get parentId(): string | null {
    return this.job.message.headers.parentId;
  }
  get groupId(): string | null {
    return this.job.message.headers.groupId;
  }
  get eta(): number | null {
    return this.job.message.headers.eta;
  }
  get expires(): number | null {
    return this.job.message.headers.expires;
  }
  get traceparent(): string | null {
    return this.job.message.headers.traceparent;
  }
  get headers(): Readonly<Record<string, unknown>> {
    return this.job.message.headers.custom;
  }
  get tags(): readonly string[] {
    return this.job.message.headers.tags;
  }
  get deliveryInfo(): DeliveryInfo {
    const { message, delivery } = this.job;
    const { queue, priority } = message.headers;
    return { queue, priority, redelivered: delivery !== null && delivery.lostLeases > 0 };
  }
  get worker(): string {
    return this.environment.worker;
  }
  get isEager(): boolean {
    return this.environment.isEager;
  }

  /** epoch ms */
  get startedAt(): number {
    return this.job.startedAt;
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
      const controller = (this.#controller = new AbortController());
      const { abortReason } = this.job;
      if (abortReason !== undefined) controller.abort(abortReason);
      else this.job.onAbort = (reason) => controller.abort(reason);
    }
    return this.#controller.signal;
  }

  /** The error that `retry()` returned because no retry was left. Thrown, it is final whatever `autoretryFor` says. */
  get refusedRetry(): unknown {
    return this.#refusedRetry;
  }

  async updateState(state: string, meta?: unknown): Promise<void> {
    if (isReservedState(state)) {
      throw new InvalidOptionError('state', state, "a state of your own, such as 'PROGRESS' (the worker sets the others)");
    }
    const { environment } = this;
    const { message, startedAt } = this.job;
    const problem = meta === undefined ? undefined : environment.codecs.results.findProblem(message, meta, 'meta');
    if (problem !== undefined) throw problem;
    await environment.saveState(
      recordOfState(message, { state, meta }, environment.clock.now(), startedAt, environment),
      this.handler.options,
    );
  }

  retry(options: RetryOptions = {}): Error {
    const maxRetries = options.maxRetries === undefined ? this.handler.options.maxRetries : options.maxRetries;
    if (!hasRetryLeft(this.retries, maxRetries)) {
      this.#refusedRetry = options.error ?? new MaxRetriesExceededError(this.task, this.id, maxRetries!);
      return this.#refusedRetry as Error;
    }
    return new TaskRetry(this.#retryDue(options), { cause: options.error, args: options.args, kwargs: options.kwargs });
  }

  #retryDue(options: RetryOptions): { delay: number } | { eta: number } {
    if (options.eta === undefined) {
      const asked =
        options.countdown ?? retryAfterOf(options.error, this.environment.clock.now()) ?? this.handler.options.defaultRetryDelay;
      return { delay: toMilliseconds(asked, 'countdown') };
    }
    if (options.countdown !== undefined) throw new InvalidOptionError('eta', options.eta, 'left out when countdown is set');
    const eta = Number(options.eta);
    if (!Number.isFinite(eta)) throw new InvalidOptionError('eta', options.eta, 'a valid Date or epoch milliseconds');
    return { eta };
  }
}
