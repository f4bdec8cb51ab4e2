import type { SerializedError } from '../message/task-result.js';
import { TaskQueueError } from './task-queue-error.js';

/** The return value of a handler cannot be stored. The task ends as FAILURE with this error. */
export class ResultNotSerializableError extends TaskQueueError {
  readonly code = 'RESULT_NOT_SERIALIZABLE';
  constructor(
    readonly task: string,
    readonly path: string,
    problem: string,
    fix: string,
  ) {
    super(`The result of task '${task}' cannot be stored: ${path} is ${problem}. ${fix} Or set ignoreResult: true.`);
  }
}

/** The return value of a handler exceeds `maxResultBytes`. The task ends as FAILURE with this error. */
export class ResultTooLargeError extends TaskQueueError {
  readonly code = 'RESULT_TOO_LARGE';
  constructor(
    readonly task: string,
    readonly bytes: number,
    readonly limit: number,
  ) {
    super(
      `The result of task '${task}' cannot be stored: it has ${bytes} bytes, and 'maxResultBytes' is ${limit}. ` +
        `Store the data and return its id. Or set ignoreResult: true.`,
    );
  }
}

/** The stored result of a task cannot be decoded. */
export class MalformedResultError extends TaskQueueError {
  readonly code = 'RESULT_MALFORMED';
  constructor(
    readonly taskId: string,
    problem: string,
  ) {
    super(`The stored result of task ${taskId} cannot be read: ${problem}.`);
  }
}

export class ResultTimeoutError extends TaskQueueError {
  readonly code = 'RESULT_TIMEOUT';
  constructor(
    readonly taskId: string,
    timeout: number,
    state: string,
  ) {
    super(
      `Task ${taskId} has no result after ${timeout} ms; its state is ${state}. Give get() a longer timeout, or check that a worker consumes its queue.`,
    );
  }
}

/** The results database cannot be reached or does not answer. The task itself is not affected. */
export class ResultsUnavailableError extends TaskQueueError {
  readonly code = 'RESULTS_UNAVAILABLE';
  constructor(what: string, options?: ErrorOptions) {
    super(`${what}: the results database cannot be reached. It is safe to try again. Check that the server runs.`, options);
  }
}

/** The results database answered with a permanent error, such as missing tables or rights. */
export class ResultsRefusedError extends TaskQueueError {
  readonly code = 'RESULTS_REFUSED';
  /** @param fix what to do, in a sentence */
  constructor(what: string, answer: string, fix: string, options?: ErrorOptions) {
    super(`${what}: the results database refused it: ${answer}. ${fix}`, options);
  }
}

/** Thrown by `get()` for a failed task. `remote` is the worker's error as data; `remote.type` is its class name. */
export class TaskFailedError extends TaskQueueError {
  readonly code = 'TASK_FAILED';
  constructor(
    readonly taskId: string,
    readonly remote: SerializedError,
  ) {
    super(`Task ${taskId} failed with ${remote.type}: ${remote.message}`);
  }
}

/** Thrown by `get()` inside a task, as in Celery ("Never call result.get() within a task!"). */
export class GetWithinTaskError extends TaskQueueError {
  readonly code = 'GET_WITHIN_TASK';
  constructor(
    readonly taskId: string,
    readonly task: string,
  ) {
    super(
      `Never call get() within a task: '${task}' would hold its slot while it waits for ${taskId}, and no slot is left when every one of them waits. ` +
        `Pass the result on with a link. If the wait cannot deadlock, allow it: get({ disableSyncSubtasks: false }).`,
    );
  }
}
