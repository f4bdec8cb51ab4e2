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
