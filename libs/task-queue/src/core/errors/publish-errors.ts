import { TaskQueueError } from './task-queue-error.js';

/** Nothing was sent: the broker could not be reached in time, or answered that it cannot do it now. */
export class BrokerUnavailableError extends TaskQueueError {
  readonly code = 'BROKER_UNAVAILABLE';
  /** a part of the messages waits for somebody else, such as for the lock of an open transaction */
  readonly waits: boolean;
  /** @param answer the server's message, if it sent one */
  constructor(what: string, options?: ErrorOptions & { readonly answer?: string; readonly waits?: boolean }) {
    const [why, next] =
      options?.answer === undefined
        ? ['cannot be reached', 'Check that the server runs and the URL is right.']
        : [`answers '${options.answer}'`, "Check the server's load, locks, timeouts and connection limit."];
    super(`${what}: the broker ${why}. Nothing was sent; it is safe to try again. ${next}`, options);
    this.waits = options?.waits ?? false;
  }
}

/** The messages were sent and no answer came: they may have arrived or not. */
export class PublishUncertainError extends TaskQueueError {
  readonly code = 'PUBLISH_UNCERTAIN';
  constructor(
    readonly ids: readonly string[],
    options?: ErrorOptions,
  ) {
    super(
      `The connection was lost before the broker answered, so it is not known whether ${ids.length} message(s) arrived. ` +
        `Sending again with the same ids ('taskId': see error.ids) is safe: a message that has arrived is not accepted twice.`,
      options,
    );
  }
}

/** The store refuses new messages (Redis: out of memory under noeviction). Workers can still finish queued work. */
export class BrokerFullError extends TaskQueueError {
  readonly code = 'BROKER_FULL';
  /** @param why such as "is out of memory" */
  constructor(why = 'is out of memory', options?: ErrorOptions) {
    super(
      `The broker ${why} and accepts no new messages. Nothing was sent. Give it more memory, disk or connections, then try again.`,
      options,
    );
  }
}

/** Another message holds the task's unique key, and the call asked to be refused in that case. */
export class TaskNotUniqueError extends TaskQueueError {
  readonly code = 'TASK_NOT_UNIQUE';
  constructor(
    readonly taskId: string,
    readonly key: string,
    readonly holder: string,
  ) {
    super(
      `Task ${taskId} was not sent: task ${holder} holds the unique key '${key}'. Wait for that one, or let the call resolve to it or replace it.`,
    );
  }
}

/** The server answered with a permanent error, such as missing rights or a key of another type. */
export class BrokerRefusedError extends TaskQueueError {
  readonly code = 'BROKER_REFUSED';
  /** @param answer the server's message */
  constructor(what: string, answer: string) {
    super(`${what}: the server refused it: ${answer}. Check the rights of its user, and that nothing else writes under 'keyPrefix'.`);
  }
}

/** The broker is unreachable, full or did not answer: the same messages may be accepted later. */
export function isOutage(error: unknown): boolean {
  return error instanceof BrokerUnavailableError || error instanceof PublishUncertainError || error instanceof BrokerFullError;
}
