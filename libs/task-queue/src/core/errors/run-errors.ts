import { TaskQueueError } from './task-queue-error.js';

/** The reason of `ctx.signal` when an attempt has run for its `softTimeLimit`. */
export class SoftTimeLimitExceeded extends TaskQueueError {
  readonly code = 'SOFT_TIME_LIMIT_EXCEEDED';
  constructor(
    readonly task: string,
    readonly limit: number,
  ) {
    super(`Task '${task}' ran longer than its softTimeLimit of ${limit} ms. Make it quicker, split it, or raise the limit.`);
  }
}

/** Thrown when a retry is asked for without a cause of its own and none is left. */
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

/** The task was revoked: thrown by `get()`, and the reason of `ctx.signal` after `revoke({ terminate: true })`. */
export class TaskRevokedError extends TaskQueueError {
  readonly code = 'TASK_REVOKED';
  constructor(
    readonly taskId: string,
    why: string,
  ) {
    super(`Task ${taskId} was revoked: ${why}.`);
  }
}

/** `@EntityById` found no row. */
export class EntityNotFoundError extends TaskQueueError {
  readonly code = 'ENTITY_NOT_FOUND';
  constructor(entity: string, id: unknown) {
    super(`No ${entity} has the id ${JSON.stringify(id)}. It may have been deleted since the task was sent.`);
  }
}

/** The reason of `ctx.signal` when another worker has, or will get, this delivery. */
export class LeaseLostError extends TaskQueueError {
  readonly code = 'LEASE_LOST';
  constructor(readonly taskId: string) {
    super(`The lease of task ${taskId} was lost; it runs again elsewhere, and what this run returns is not accepted.`);
  }
}

/** A message whose workers died, or lost their leases, too often; it is a dead letter now. */
export class WorkerLostError extends TaskQueueError {
  readonly code = 'WORKER_LOST';
  constructor(
    readonly task: string,
    readonly times: number,
  ) {
    super(
      `${times === 1 ? 'A worker was' : `${times} workers were`} lost while running '${task}'. Look at what it was doing: memory, native code, a blocked event loop.`,
    );
  }
}

/** The reason of `ctx.signal` when the worker's drain deadline has passed; the task goes back unspent. */
export class WorkerShutdownError extends TaskQueueError {
  readonly code = 'WORKER_SHUTDOWN';
  constructor() {
    super('The worker is shutting down; the task goes back to its queue without spending an attempt.');
  }
}

/** Without the thread that renews leases, tasks that run long would be run twice. */
export class LeaseKeeperError extends TaskQueueError {
  readonly code = 'LEASE_KEEPER_FAILED';
  constructor(why: string, options?: ErrorOptions) {
    super(
      `The thread that renews leases cannot run: ${why}. Check that worker threads are allowed and that 'ioredis' is installed.`,
      options,
    );
  }
}
