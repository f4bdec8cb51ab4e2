import type { CompressionName, SerializerName } from '../../message/content-options.js';
import type { Duration } from '../../message/duration.js';
import type { TaskContext } from './task-context.js';
import type { UniquePolicy } from './unique-options.js';
import type { TaskTransactions, TransactionalPolicy } from './task-transactions.js';
import type { TaskHooks } from './task-hooks.js';

/** One task as the worker sees it: no framework, just its name, its options and how to run it. */
export interface TaskHandler {
  readonly name: string;
  readonly options: TaskOptions;
  /** Runs the user's method once. @throws the error of the method */
  invoke(args: readonly unknown[], context: TaskContext): unknown;
  /** the hooks of its class */
  readonly hooks?: TaskHooks | undefined;
}

/** A task's options with durations in ms and every default filled in. */
export interface TaskOptions {
  /** default queue of its calls */
  readonly queue: string | null;
  readonly priority: number | null;
  readonly expires: number | null;
  /** how its arguments and results are written, and made smaller; null = as the queue says */
  readonly serializer: SerializerName | null;
  readonly compression: CompressionName | null;
  /** null = calls are not unique */
  readonly unique: UniquePolicy | null;
  readonly tags: readonly string[];
  /** ms from one run to the next, by all workers together; null = no limit */
  readonly rateLimit: number | null;
  /** null = no limit */
  readonly maxRetries: number | null;
  readonly defaultRetryDelay: number;
  readonly autoretryFor: readonly ErrorClass[];
  readonly dontAutoretryFor: readonly ErrorClass[];
  /** ms of the first backoff step; null = no backoff: `defaultRetryDelay` each time */
  readonly retryBackoff: number | null;
  /** the delays of automatic retries, instead of backoff */
  readonly retryDelay: RetryDelay | null;
  /** ms; Infinity = unbounded */
  readonly retryBackoffMax: number;
  readonly retryJitter: boolean;
  /** expected errors: they end as FAILURE, but raise no alarm */
  readonly throws: readonly ErrorClass[];
  /** null = it is not a transactional task */
  readonly transactional: TransactionalPolicy | null;
  /** acknowledged after the run (true) or before it (false) */
  readonly acksLate: boolean;
  /** false: a failure goes back to the queue, counted like the loss of a worker, until `maxDeliveries` */
  readonly acksOnFailure: boolean;
  /** the same for an attempt that a time limit ended */
  readonly acksOnTimeout: boolean;
  /** instead of the worker's; null = the worker's */
  readonly maxDeliveries: number | null;
  readonly softTimeLimit: number | null;
  readonly timeLimit: number | null;
  /** ms that its results are kept; null = as the queue says */
  readonly resultExpires: number | null;
  readonly ignoreResult: boolean;
  readonly storeErrorsEvenIfIgnored: boolean;
  readonly trackStarted: boolean;
  /** the arguments that error reports hide: all, or these positions and names */
  readonly redactArgs: boolean | readonly (number | string)[];
}

/**
 * The delay before the next attempt.
 * @param retries attempts already retried: 0 after the first one failed
 */
export type RetryDelay = (error: unknown, retries: number) => Duration;

export type ErrorClass = abstract new (...args: never[]) => unknown;

/** The transactions of a handler; undefined = it is not transactional. */
export type TransactionsOf = (handler: TaskHandler) => TaskTransactions | undefined;
