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
