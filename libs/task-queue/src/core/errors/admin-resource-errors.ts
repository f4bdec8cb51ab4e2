import type { ErrorCode } from './error-codes.js';
import { TaskQueueError } from './task-queue-error.js';

/** No task of this id waits, runs, or has a stored result. */
export class TaskNotFoundError extends TaskQueueError {
  readonly code = 'TASK_NOT_FOUND';
  constructor(readonly taskId: string) {
    super(`Nothing is known of a task '${taskId}'. It may have finished without a stored result, or its result has expired.`);
  }
}

/** No queue of this name holds or has held messages, or is paused. */
export class QueueNotFoundError extends TaskQueueError {
  readonly code = 'QUEUE_NOT_FOUND';
  constructor(
    readonly queue: string,
    hint: string,
  ) {
    super(`No queue '${queue}' holds or has held messages.${hint}`);
  }
}

export class DeadLetterNotFoundError extends TaskQueueError {
  readonly code = 'DEAD_LETTER_NOT_FOUND';
  constructor(readonly taskId: string) {
    super(`No dead letter has the id '${taskId}'. It may have been sent again, or purged.`);
  }
}

/** Results are kept where nothing can be found in them but by id. */
export class SearchUnavailableError extends TaskQueueError {
  readonly code = 'SEARCH_UNAVAILABLE';
  constructor() {
    super("Results can be searched where TaskQueueModule.forRoot has results: 'typeorm'. Here they can be looked up by id alone.");
  }
}

/** What a worker has answered instead of doing it: the code and message are its own. */
export class WorkerRefusedError extends TaskQueueError {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly worker: string,
  ) {
    super(message);
  }
}
