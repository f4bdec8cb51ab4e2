import { toMilliseconds, type Duration } from '../message/duration.js';
import { TaskQueueError } from '../errors/task-queue-error.js';

/**
 * What a handler throws to say how its run ends. No exception filter sees it, and no `autoretryFor` matches it.
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
   * true: back to the front of its queue, counted like the loss of a worker, so that after `maxDeliveries` it ends all the
   * same. Default false: it ends as REJECTED and becomes a dead letter
   */
  readonly requeue?: boolean;
  readonly reason?: string;
}

/** The message is refused: by this worker (`requeue`), or by all. */
export class Reject extends Semipredicate {
  readonly code = 'TASK_REJECTED';
  readonly requeue: boolean;
  constructor({ requeue = false, reason }: RejectOptions = {}) {
    super(reason === undefined ? 'The task rejected its message.' : `Rejected: ${reason}.`);
    this.requeue = requeue;
  }
}

/** Not now: the same attempt is made after a while, and none is spent. It may be thrown any number of times. */
export class Snooze extends Semipredicate {
  readonly code = 'TASK_SNOOZED';
  /** ms */
  readonly delay: number;
  /** @throws InvalidOptionError */
  constructor(delay: Duration) {
    super('The task asked to be run later; throw what `new Snooze()` makes.');
    this.delay = toMilliseconds(delay, 'Snooze');
  }
}

/** A failure that no retry can help: FAILURE at once, whatever retries are left, and a dead letter of that reason. */
export class Discard extends Semipredicate {
  readonly code = 'TASK_DISCARDED';
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`Discarded: ${reason}.`, options);
  }
}

/** What `ctx.retry()` gives to throw. Not a failure: the worker runs the task again. */
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
