import { TaskQueueError } from './task-queue-error.js';

/** The reason of `ctx.signal` when an attempt has run for its `softTimeLimit`. */
export class SoftTimeLimitExceeded extends TaskQueueError {
  readonly code = 'SOFT_TIME_LIMIT_EXCEEDED';
  constructor(
    readonly task: string,
    readonly limit: number,
  ) {
    super(`Task '${task}' ran longer than its softTimeLimit of ${limit} ms. Make it faster, split it, or raise the limit.`);
  }
}

/** Thrown when a retry without a cause is requested and no retry is left. */
export class MaxRetriesExceededError extends TaskQueueError {
  readonly code = 'MAX_RETRIES_EXCEEDED';
  constructor(
    readonly task: string,
    readonly taskId: string,
    readonly maxRetries: number,
  ) {
    super(`Task '${task}' (${taskId}) cannot be retried again: maxRetries is ${maxRetries}.`);
  }
}

/** The task was revoked. `get()` throws it, and it is the reason of `ctx.signal` after `revoke({ terminate: true })`. */
export class TaskRevokedError extends TaskQueueError {
  readonly code = 'TASK_REVOKED';
  /** @param why may be the message of the error that a worker stored */
  constructor(
    readonly taskId: string,
    why: string,
  ) {
    const text = `Task ${taskId} was revoked: `;
    super(why.startsWith(text) ? why : `${text}${why}.`);
  }
}

/** `@EntityById` found no row. */
export class EntityNotFoundError extends TaskQueueError {
  readonly code = 'ENTITY_NOT_FOUND';
  constructor(entity: string, id: unknown) {
    super(`No ${entity} has the id ${JSON.stringify(id)}. It may have been deleted since the task was sent.`);
  }
}

/** The reason of `ctx.signal` when another worker has this delivery or will get it. */
export class LeaseLostError extends TaskQueueError {
  readonly code = 'LEASE_LOST';
  constructor(readonly taskId: string) {
    super(`The lease of task ${taskId} was lost. The task runs again elsewhere, and the result of this attempt is not accepted.`);
  }
}

/** A message became a dead letter because its workers died or lost their leases too often. */
export class WorkerLostError extends TaskQueueError {
  readonly code = 'WORKER_LOST';
  constructor(
    readonly task: string,
    readonly times: number,
  ) {
    super(
      `${times === 1 ? 'A worker was' : `${times} workers were`} lost while running '${task}'. Check the handler's memory use, native code and event-loop blocking.`,
    );
  }
}

/** The reason of `ctx.signal` when the worker's drain deadline has passed. The task goes back without spending an attempt. */
export class WorkerShutdownError extends TaskQueueError {
  readonly code = 'WORKER_SHUTDOWN';
  constructor() {
    super('The worker is shutting down; the task goes back to its queue without spending an attempt.');
  }
}

/** The thread that renews leases cannot run. Without it, long tasks would run twice. */
export class LeaseKeeperError extends TaskQueueError {
  readonly code = 'LEASE_KEEPER_FAILED';
  constructor(why: string, options?: ErrorOptions) {
    super(
      `The thread that renews leases cannot run: ${why}. Check that worker threads are allowed and that the broker's driver ('ioredis' or 'pg') is installed.`,
      options,
    );
  }
}
