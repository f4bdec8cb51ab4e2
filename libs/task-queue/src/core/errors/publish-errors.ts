import { TaskQueueError } from './task-queue-error.js';

/** Nothing was sent: the broker could not be reached in time, or answered that it cannot now. */
export class BrokerUnavailableError extends TaskQueueError {
  readonly code = 'BROKER_UNAVAILABLE';
  /** @param answer the server's words, where there are any */
  constructor(what: string, options?: ErrorOptions & { readonly answer?: string }) {
    const [why, next] =
      options?.answer === undefined
        ? ['cannot be reached', 'Check that the server runs and the URL is right.']
        : [`answers '${options.answer}'`, 'Look for what loads or locks it, and at its limits of time and connections.'];
    super(`${what}: the broker ${why}. Nothing was sent; it is safe to try again. ${next}`, options);
  }
}

/** It was sent, but no answer came: it may have arrived or not. */
export class PublishUncertainError extends TaskQueueError {
  readonly code = 'PUBLISH_UNCERTAIN';
  constructor(
    readonly ids: readonly string[],
    options?: ErrorOptions,
  ) {
    super(
      `The connection was lost before the broker answered, so it is not known whether ${ids.length} message(s) arrived. ` +
        `Sending again with the same ids ('taskId': see error.ids) is safe: what arrived is not taken twice.`,
      options,
    );
  }
}

/** The store refuses new work (Redis: out of memory under noeviction); finishing old work still goes on. */
export class BrokerFullError extends TaskQueueError {
  readonly code = 'BROKER_FULL';
  /** @param why such as "is out of memory" */
  constructor(why = 'is out of memory', options?: ErrorOptions) {
    super(
      `The broker ${why} and takes no new messages. Nothing was sent. Give it room (memory, disk, connections), then try again.`,
      options,
    );
  }
}

/** Another message holds the task's unique key, and the call asked to be refused then. */
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

/** The server answered with an error that trying again does not help: missing rights, a key of another type. */
export class BrokerRefusedError extends TaskQueueError {
  readonly code = 'BROKER_REFUSED';
  /** @param answer the server's words */
  constructor(what: string, answer: string) {
    super(`${what}: the server refused it: ${answer}. Check the rights of its user, and that nothing else writes under 'keyPrefix'.`);
  }
}

/** The broker is unreachable, full or did not answer: the same messages may be accepted later. */
export function isOutage(error: unknown): boolean {
  return error instanceof BrokerUnavailableError || error instanceof PublishUncertainError || error instanceof BrokerFullError;
}
