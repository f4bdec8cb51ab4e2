import type { TaskContext } from './task-context.js';

/** One task as the worker sees it: no framework, just its name, its options and how to run it. */
export interface TaskHandler {
  readonly name: string;
  readonly options: TaskOptions;
  /** Runs the user's method once. Throws whatever the method throws. */
  invoke(args: readonly unknown[], context: TaskContext): unknown;
}

/** A task's options with durations in ms and every default filled in. */
export interface TaskOptions {
  /** default queue of its calls */
  readonly queue: string | null;
  readonly priority: number | null;
  readonly expires: number | null;
  /** null = for ever */
  readonly maxRetries: number | null;
  readonly defaultRetryDelay: number;
  readonly autoretryFor: readonly ErrorClass[];
  readonly dontAutoretryFor: readonly ErrorClass[];
  /** ms of the first backoff step; null = no backoff: `defaultRetryDelay` each time */
  readonly retryBackoff: number | null;
  readonly retryBackoffMax: number;
  readonly retryJitter: boolean;
  /** acknowledged after the run (true) or before it (false) */
  readonly acksLate: boolean;
  readonly softTimeLimit: number | null;
  readonly timeLimit: number | null;
  readonly ignoreResult: boolean;
  readonly trackStarted: boolean;
}

export type ErrorClass = abstract new (...args: never[]) => unknown;

export interface DeliveryInfo {
  readonly queue: string;
  readonly priority: number;
  /** an earlier delivery of this message lost its lease */
  readonly redelivered: boolean;
}
