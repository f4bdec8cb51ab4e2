import { didYouMean } from './did-you-mean.js';
import { TaskQueueError } from './task-queue-error.js';

/** A command that the worker's pool or running tasks do not allow. */
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

/** A command that the worker does not know, because it runs another version. */
export class UnknownCommandError extends TaskQueueError {
  readonly code = 'COMMAND_UNKNOWN';
  constructor(
    readonly command: string,
    known: readonly string[],
  ) {
    super(`This worker does not know the command '${command}'.${didYouMean(command, known)} It may run another version of the package.`);
  }
}

/** A worker tried to carry out a command and met an error from outside this library. */
export class CommandFailedError extends TaskQueueError {
  readonly code = 'COMMAND_FAILED';
  constructor(
    readonly command: string,
    options: { readonly cause: unknown },
  ) {
    super(`'${command}' failed: ${options.cause instanceof Error ? options.cause.message : String(options.cause)}.`, options);
  }
}

/** A worker that was asked by its name did not answer in time. */
export class WorkerSilentError extends TaskQueueError {
  readonly code = 'WORKER_SILENT';
  constructor(
    readonly worker: string,
    timeout: number,
  ) {
    super(
      `Worker '${worker}' did not answer within ${timeout} ms. It may have another name, be gone, or be too busy; ask with a longer timeout.`,
    );
  }
}
