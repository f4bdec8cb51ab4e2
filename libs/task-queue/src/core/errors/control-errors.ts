import { didYouMean } from './did-you-mean.js';
import { TaskQueueError } from './task-queue-error.js';

/** What a worker was told to do, and its pool, or the tasks that it runs, do not allow. */
export class CommandUnsupportedError extends TaskQueueError {
  readonly code = 'COMMAND_UNSUPPORTED';
  constructor(
    readonly command: string,
    why: string,
    instead: string,
  ) {
    super(`'${command}' is not possible in this worker: ${why}. ${instead}`);
  }
}

/** A worker was asked something that it has never heard of: it runs another version. */
export class UnknownCommandError extends TaskQueueError {
  readonly code = 'COMMAND_UNKNOWN';
  constructor(
    readonly command: string,
    known: readonly string[],
  ) {
    super(`This worker knows no '${command}'.${didYouMean(command, known)} It may run another version of the package.`);
  }
}

/** A worker tried what it was told, and something went wrong that is no error of this library. */
export class CommandFailedError extends TaskQueueError {
  readonly code = 'COMMAND_FAILED';
  constructor(
    readonly command: string,
    options: { readonly cause: unknown },
  ) {
    super(`'${command}' failed: ${options.cause instanceof Error ? options.cause.message : String(options.cause)}.`, options);
  }
}

/** A worker that was asked by its name has not answered in time. */
export class WorkerSilentError extends TaskQueueError {
  readonly code = 'WORKER_SILENT';
  constructor(
    readonly worker: string,
    timeout: number,
  ) {
    super(
      `Worker '${worker}' has not answered within ${timeout} ms. It may have another name, be gone, or be too busy; ask with a longer timeout.`,
    );
  }
}
