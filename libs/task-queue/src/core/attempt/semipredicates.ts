import { toMilliseconds, type Duration } from '../message/duration.js';
import { TaskQueueError } from '../errors/task-queue-error.js';

/**
 * Thrown by a handler to choose how its run ends. Exception filters do not see it, and `autoretryFor` does not match it.
 */
export abstract class Semipredicate extends TaskQueueError {}

/** Nothing to do: the task ends as IGNORED, acknowledged, without a retry, a failure or a dead letter. */
export class Ignore extends Semipredicate {
  readonly code = 'TASK_IGNORED';
  constructor(why?: string) {
    super(why === undefined ? 'Ignored.' : `Ignored: ${why}.`);
  }
}

export interface RejectOptions {
  /**
   * true: the message goes back to the front of its queue, counted like the loss of a worker, up to `maxDeliveries` times.
   * Default false: it ends as REJECTED and becomes a dead letter
   */
  readonly requeue?: boolean;
  readonly reason?: string;
}

/** Refuses the message, for this worker (`requeue`) or for all. */
export class Reject extends Semipredicate {
  readonly code = 'TASK_REJECTED';
  readonly requeue: boolean;
  constructor({ requeue = false, reason }: RejectOptions = {}) {
    super(reason === undefined ? 'The task rejected its message.' : `Rejected: ${reason}.`);
    this.requeue = requeue;
  }
}

/** Postpones the attempt without spending one. It may be thrown any number of times. */
export class Snooze extends Semipredicate {
  readonly code = 'TASK_SNOOZED';
  /** ms */
  readonly delay: number;
  /** @throws InvalidOptionError */
  constructor(delay: Duration) {
    super('The task was snoozed: it runs later, and no retry is used.');
    this.delay = toMilliseconds(delay, 'Snooze');
  }
}

/** A failure that a retry cannot cure: FAILURE at once, even if retries are left, and a dead letter with this reason. */
export class Discard extends Semipredicate {
  readonly code = 'TASK_DISCARDED';
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`Discarded: ${reason}.`, options);
  }
}

/** The error that `ctx.retry()` returns. Thrown, it makes the worker run the task again; it is no failure. */
export class TaskRetry extends Semipredicate {
  readonly code = 'TASK_RETRY';
  constructor(
    readonly due: { readonly delay: number } | { readonly eta: number },
    options: { readonly cause?: unknown; readonly args?: readonly unknown[]; readonly kwargs?: Readonly<Record<string, unknown>> } = {},
  ) {
    super('The task asked to be retried; throw what ctx.retry() returns.', { cause: options.cause });
    this.args = options.args;
    this.kwargs = options.kwargs;
  }
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
}
