import { inspect } from 'node:util';
import { didYouMean } from './did-you-mean.js';
import { TaskQueueError } from './task-queue-error.js';

export class UnknownTaskError extends TaskQueueError {
  readonly code = 'TASK_UNKNOWN';
  constructor(
    readonly task: string,
    known: readonly string[],
  ) {
    super(`No task is named '${task}' here.${didYouMean(task, known)}`);
  }
}

export class UnknownTaskMethodError extends TaskQueueError {
  readonly code = 'TASK_METHOD_UNKNOWN';
  constructor(
    readonly owner: string,
    readonly method: string,
    known: readonly string[],
  ) {
    super(`${owner}.${method} is not a task: it has no @Task().${didYouMean(method, known)}`);
  }
}

/** `apply()` runs a task in this process, and this process has no handler for it. */
export class TaskNotLocalError extends TaskQueueError {
  readonly code = 'TASK_NOT_LOCAL';
  constructor(readonly task: string) {
    super(
      `Task '${task}' cannot run inline: this process has no handler of that name. ` +
        `Provide its class in a module of this application together with TaskWorkerModule, or send it with delay().`,
    );
  }
}

/** An argument that JSON cannot represent, or would change silently. */
export class ArgumentNotSerializableError extends TaskQueueError {
  readonly code = 'ARGUMENT_NOT_SERIALIZABLE';
  /** @param path its place, such as `args[0].user.createdAt` */
  constructor(
    readonly task: string,
    readonly path: string,
    readonly problem: string,
    fix: string,
  ) {
    super(`Task '${task}' cannot be sent: ${path} is ${problem}. ${fix}`);
  }
}

export class PayloadTooLargeError extends TaskQueueError {
  readonly code = 'PAYLOAD_TOO_LARGE';
  constructor(
    readonly task: string,
    readonly bytes: number,
    readonly limit: number,
  ) {
    super(
      `Task '${task}' cannot be sent: its message has ${bytes} bytes, and 'maxPayloadBytes' is ${limit}. Store the data and pass its id.`,
    );
  }
}

/** A message in the queue cannot be decoded. */
export class MalformedMessageError extends TaskQueueError {
  readonly code = 'MESSAGE_MALFORMED';
  constructor(
    readonly id: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`Message '${id}' cannot be read: ${problem}.`, options);
  }
}

/** A router returned something that is not a route, or threw. */
export class InvalidRouteError extends TaskQueueError {
  readonly code = 'ROUTE_INVALID';
  constructor(
    readonly task: string,
    answer: unknown,
    options?: ErrorOptions,
  ) {
    const what =
      options === undefined
        ? `the router answered ${inspect(answer, { depth: 1, breakLength: Infinity })}`
        : `the router's answer cannot be used: ${options.cause instanceof Error ? options.cause.message : String(options.cause)}`;
    super(
      `Task '${task}' cannot be routed: ${what}. A router answers in the same tick: a queue's name, { queue, priority, expires }, or null for "not mine".`,
      options,
    );
  }
}
