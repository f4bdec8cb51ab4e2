import type { SerializedError } from '../message/task-result.js';
import { TaskQueueError } from './task-queue-error.js';

/** What a handler returned cannot be stored; the task ends as FAILURE with this. */
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

/** What a handler returned is larger than results may be; the task ends as FAILURE with this. */
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

/** What is stored as the result of a task cannot be read. */
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

/** The database of the results cannot be reached, or does not answer; the task itself is not touched by that. */
export class ResultsUnavailableError extends TaskQueueError {
  readonly code = 'RESULTS_UNAVAILABLE';
  constructor(what: string, options?: ErrorOptions) {
    super(`${what}: the database of the results cannot be reached. It is safe to try again. Check that the server runs.`, options);
  }
}

/** The database of the results answered with an error that trying again does not help: missing tables, missing rights. */
export class ResultsRefusedError extends TaskQueueError {
  readonly code = 'RESULTS_REFUSED';
  /** @param fix what to do, in a sentence */
  constructor(what: string, answer: string, fix: string, options?: ErrorOptions) {
    super(`${what}: the database of the results refused it: ${answer}. ${fix}`, options);
  }
}

/** `get()` of a task that failed: the worker's error as data. `remote.type` is the class's name there. */
export class TaskFailedError extends TaskQueueError {
  readonly code = 'TASK_FAILED';
  constructor(
    readonly taskId: string,
    readonly remote: SerializedError,
  ) {
    super(`Task ${taskId} failed with ${remote.type}: ${remote.message}`);
  }
}

/** `get()` inside a task: Celery's "Never call result.get() within a task!". */
export class GetWithinTaskError extends TaskQueueError {
  readonly code = 'GET_WITHIN_TASK';
  constructor(
    readonly taskId: string,
    readonly task: string,
  ) {
    super(
      `Never call get() within a task: '${task}' would hold its slot while it waits for ${taskId}, and when every slot waits, nothing runs any more. ` +
        `Let a link carry the result on. If it cannot block itself, say so: get({ disableSyncSubtasks: false }).`,
    );
  }
}
