import { HttpException } from '@nestjs/common';
import {
  ForbiddenError,
  InternalError,
  InvalidRequestError,
  RequestTooLargeError,
  RouteNotFoundError,
  TaskQueueError,
  UnauthenticatedError,
  UnsupportedMediaTypeError,
} from '../../errors/index.js';

/** What the framework and its body parsers throw, as errors of this package; what nobody foresaw is a fault of this side. */
export function toKnownError(error: unknown, route: string, bodyLimit: number): TaskQueueError {
  if (error instanceof TaskQueueError) return error;
  switch (statusOfAny(error)) {
    case 400:
      return new InvalidRequestError([{ detail: 'It cannot be read: its body is no JSON, or its path is badly encoded.' }]);
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
    default:
      return new InternalError();
  }
}

/** Nest's exceptions, the errors of Express's body parser (`status`) and of Fastify (`statusCode`). */
function statusOfAny(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const { status, statusCode } = (error ?? {}) as { status?: number; statusCode?: number };
  return status ?? statusCode;
}
