import type { Duration } from '../message/duration.js';
import type { ErrorClass, RetryDelay } from '../ports/task/task-handler.js';
import type { PublishingOptions } from '../ports/task/declared-task.js';
import type { TransactionalOptions } from './transactional-options.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Options of `@Task` beside the name. Durations are ms or text. */
export interface TaskOptionsInput extends Writable<PublishingOptions> {
  /** default 3; null = no limit */
  maxRetries?: number | null;
  /** default '3m' */
  defaultRetryDelay?: Duration;
  /** errors that cause an automatic retry */
  autoretryFor?: readonly ErrorClass[];
  /** exceptions to `autoretryFor` */
  dontAutoretryFor?: readonly ErrorClass[];
  /** exponential delays for `autoretryFor`: true = from one second, or the first step */
  retryBackoff?: boolean | Duration;
  /** default '10m' */
  retryBackoffMax?: Duration;
  /** default true: a random delay between 0 and the computed one */
  retryJitter?: boolean;
  /** the options above in one object, with delays that may depend on the error; set each in one of the two ways only */
  retry?: RetryPolicyInput;
  /** expected errors: stored as FAILURE like any other, but logged as information and not reported */
  throws?: readonly ErrorClass[];
  /**
   * Runs it in a transaction of its DataSource, which also contains the calls that it sends and the record that it has run.
   * Its effects happen once, however often it is delivered. PostgreSQL only
   */
  transactional?: boolean | TransactionalOptions;
  /** default true: acknowledged after the run. false: before it, so that a crash loses it and nothing runs twice */
  acksLate?: boolean;
  /** default true. false: a failure without a retry left goes back to the queue, until `maxDeliveries` */
  acksOnFailure?: boolean;
  /** default true. false: the same for an attempt that a time limit ended */
  acksOnTimeout?: boolean;
  /** default true: it runs again when its worker is lost; false: it fails then */
  rejectOnWorkerLost?: boolean;
  /** how many lost workers (and rejections) end it; default: the worker's `maxDeliveries` */
  maxDeliveries?: number;
  /** aborts `ctx.signal` with SoftTimeLimitExceeded */
  softTimeLimit?: Duration;
  /** forcibly ends the attempt; refused by pools that cannot do that (async and solo) */
  timeLimit?: Duration;
  /** how long its results are kept; default: the queue's `resultExpires` */
  resultExpires?: Duration;
  /** default false: the outcome is stored */
  ignoreResult?: boolean;
  /** default false. true: errors are stored although results are ignored */
  storeErrorsEvenIfIgnored?: boolean;
  /** default false; true stores STARTED when a run begins */
  trackStarted?: boolean;
  /** arguments that `onTaskError` does not receive: true = all, or positions and names */
  redactArgs?: boolean | readonly (number | string)[];
}

/** Automatic retries in one object, instead of Celery's names. */
export interface RetryPolicyInput {
  /** errors that cause an automatic retry: `autoretryFor` */
  on?: readonly ErrorClass[];
  /** exceptions to `on`: `dontAutoretryFor` */
  notOn?: readonly ErrorClass[];
  /** the same delay each time, or one for each error and number of retries; instead of `retryBackoff` */
  delay?: Duration | RetryDelay;
  /** the longest delay; default: none beside `delay`, else `retryBackoffMax` */
  maxDelay?: Duration;
  /** a random delay between 0 and the computed one; default: false beside `delay`, else `retryJitter` */
  jitter?: boolean;
}

/** {@link TaskOptionsInput} with `retry` split into Celery's options. */
export type FlatTaskOptions = Omit<TaskOptionsInput, 'retry' | 'retryBackoff'> & { retryBackoff?: boolean | Duration | RetryDelay };
