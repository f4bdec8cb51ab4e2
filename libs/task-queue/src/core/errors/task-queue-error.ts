import type { ErrorCode } from './error-codes.js';

/** The base class of all errors of this package: a stable `code`, and a message that names the cause and the next step. */
export abstract class TaskQueueError extends Error {
  abstract readonly code: ErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
