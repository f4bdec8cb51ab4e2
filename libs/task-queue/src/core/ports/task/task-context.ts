import type { Duration } from '../../message/duration.js';
import type { INJECTED } from './brands.js';

/**
 * A handler's view of its own run. The worker passes it for a parameter of this type, which is no argument of the call.
 */
export abstract class TaskContext {
  declare readonly [INJECTED]?: true;
  abstract readonly id: string;
  abstract readonly task: string;
  abstract readonly args: readonly unknown[];
  abstract readonly kwargs: Readonly<Record<string, unknown>>;
  /** 0 on the first attempt */
  abstract readonly retries: number;
  abstract readonly rootId: string;
  abstract readonly parentId: string | null;
  abstract readonly groupId: string | null;
  /** epoch ms */
  abstract readonly eta: number | null;
  /** epoch ms */
  abstract readonly expires: number | null;
  abstract readonly traceparent: string | null;
  /** the caller's own headers */
  abstract readonly headers: Readonly<Record<string, unknown>>;
  /** of the task and of its call */
  abstract readonly tags: readonly string[];
  abstract readonly deliveryInfo: DeliveryInfo;
  /** name of the worker that runs it */
  abstract readonly worker: string;
  /** ids of the tasks that this run has sent so far, where `trail` is on: at most 1000 */
  abstract readonly children: readonly string[];
  /** Notes a task that this run has sent; called by the client. */
  abstract addChild(id: string): void;
  /** true in `apply()` and in eager mode */
  abstract readonly isEager: boolean;
  /**
   * Aborted with the reason when the run should end: SoftTimeLimitExceeded, TaskRevokedError, LeaseLostError,
   * WorkerShutdownError. Pass it on to whatever waits (fetch, timers, queries).
   */
  abstract readonly signal: AbortSignal;
  /**
   * Stores a custom state, such as `updateState('PROGRESS', { current, total })`. A terminal state is never overwritten.
   * @throws InvalidOptionError for a state that the worker sets itself
   */
  abstract updateState(state: string, meta?: unknown): Promise<void>;
  /**
   * Returns the error to throw in order to run again under the same id: `throw ctx.retry({ error, countdown: '1m' })`.
   * Beyond `maxRetries` it is `error` itself, or MaxRetriesExceededError when none is given.
   */
  abstract retry(options?: RetryOptions): Error;
}

export interface RetryOptions {
  /** why; stored with the RETRY state, and thrown when no retry is left */
  readonly error?: unknown;
  /** default: the task's `defaultRetryDelay` */
  readonly countdown?: Duration;
  /** instead of countdown */
  readonly eta?: Date | number;
  /** instead of the task's; null = no limit */
  readonly maxRetries?: number | null;
  /** run it with other arguments */
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

export interface DeliveryInfo {
  readonly queue: string;
  readonly priority: number;
  /** an earlier delivery of this message lost its lease */
  readonly redelivered: boolean;
}
