import { HttpException } from '@nestjs/common';
import {
  ForbiddenError,
  InternalError,
  InvalidRequestError,
  RequestTooLargeError,
  RouteNotFoundError,
  TooManyAttemptsError,
  UnauthenticatedError,
  UnsupportedMediaTypeError,
} from '../../core/errors/admin-errors.js';
import { TaskQueueError } from '../../core/errors/task-queue-error.js';
import type { ErrorCode } from '../../core/errors/error-codes.js';

/** Statuses of the errors that answer a request. Any other code is an internal fault: status 500, and its message stays in the log. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  INVALID_OPTION: 400,
  UNKNOWN_OPTION: 400,
  UNSUPPORTED_OPTION: 400,
  REQUEST_INVALID: 400,
  SCHEDULE_INVALID: 400,
  SCHEDULE_NEVER_DUE: 400,
  SCHEDULE_ARGUMENTS: 400,
  TIMEZONE_UNKNOWN: 400,
  TASK_UNKNOWN: 400,
  QUEUE_UNKNOWN: 400,
  ARGUMENT_NOT_SERIALIZABLE: 400,
  SERIALIZER_UNKNOWN: 400,
  CONTENT_NOT_ACCEPTED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  CROSS_SITE_REFUSED: 403,
  SCHEDULE_NOT_FOUND: 404,
  ROUTE_NOT_FOUND: 404,
  TASK_NOT_FOUND: 404,
  QUEUE_NOT_FOUND: 404,
  DEAD_LETTER_NOT_FOUND: 404,
  SCHEDULE_NAME_TAKEN: 409,
  TASK_NOT_UNIQUE: 409,
  COMMAND_UNSUPPORTED: 409,
  SCHEDULE_STALE: 412,
  REQUEST_TOO_LARGE: 413,
  PAYLOAD_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  PRECONDITION_REQUIRED: 428,
  TOO_MANY_ATTEMPTS: 429,
  COMMAND_UNKNOWN: 501,
  PART_MISSING: 501,
  SEARCH_UNAVAILABLE: 501,
  COMMAND_FAILED: 502,
  BROKER_UNAVAILABLE: 503,
  BROKER_FULL: 503,
  PUBLISH_UNCERTAIN: 503,
  RESULTS_UNAVAILABLE: 503,
  WORKER_SILENT: 504,
};

export function statusOf(code: ErrorCode): number {
  return STATUS[code] ?? 500;
}

/** Translates errors of the framework and its body parsers to errors of this package. An unknown error becomes an InternalError. */
export function toKnownError(error: unknown, route: string, bodyLimit: number): TaskQueueError {
  if (error instanceof TaskQueueError) return error;
  const status = statusOfAny(error);
  switch (status) {
    case 400:
      return new InvalidRequestError([{ detail: 'It cannot be parsed: its body is not valid JSON, or its path is badly encoded.' }]);
    case 401:
      return new UnauthenticatedError();
    case 403:
      return new ForbiddenError('You may not do this.');
    case 404:
      return new RouteNotFoundError(route);
    case 413:
      return new RequestTooLargeError(bodyLimit);
    case 415:
      return new UnsupportedMediaTypeError('another');
    case 429:
      return new TooManyAttemptsError(60_000);
    default:
      // A guard of the application may throw its own 4xx exception.
      return status !== undefined && status >= 400 && status < 500 ? new ForbiddenError('You may not do this.') : new InternalError();
  }
}

/** The status of Nest's exceptions, of Express's body parser (`status`) and of Fastify (`statusCode`). */
function statusOfAny(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const { status, statusCode } = (error ?? {}) as { status?: number; statusCode?: number };
  return status ?? statusCode;
}
