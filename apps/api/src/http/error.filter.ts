import { Catch, HttpStatus, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { TaskQueueError } from 'nestjs-task-queue';
import { EntityNotFoundError } from 'typeorm';

/** Errors that a caller of the API can act on; every other code is an internal error. */
const STATUS: Readonly<Record<string, HttpStatus>> = {
  BROKER_UNAVAILABLE: HttpStatus.SERVICE_UNAVAILABLE,
  BROKER_FULL: HttpStatus.SERVICE_UNAVAILABLE,
  PUBLISH_UNCERTAIN: HttpStatus.SERVICE_UNAVAILABLE,
  ARGUMENT_NOT_SERIALIZABLE: HttpStatus.BAD_REQUEST,
  PAYLOAD_TOO_LARGE: HttpStatus.PAYLOAD_TOO_LARGE,
};
const RETRY_AFTER_SECONDS = '5';

/** Turns errors of the queue and the database into HTTP responses. It is global, but does not apply to tasks. */
@Catch(TaskQueueError, EntityNotFoundError)
export class ErrorFilter implements ExceptionFilter<TaskQueueError | EntityNotFoundError> {
  private readonly logger = new Logger(ErrorFilter.name);

  constructor(private readonly host: HttpAdapterHost) {}

  catch(error: TaskQueueError | EntityNotFoundError, context: ArgumentsHost): void {
    const response: unknown = context.switchToHttp().getResponse();
    const answer = error instanceof EntityNotFoundError ? missing : this.ofQueue(error);
    if (answer.statusCode === HttpStatus.SERVICE_UNAVAILABLE) this.host.httpAdapter.setHeader(response, 'Retry-After', RETRY_AFTER_SECONDS);
    this.host.httpAdapter.reply(response, answer, answer.statusCode);
  }

  private ofQueue(error: TaskQueueError): Answer {
    const statusCode = STATUS[error.code] ?? HttpStatus.INTERNAL_SERVER_ERROR;
    if (statusCode >= HttpStatus.INTERNAL_SERVER_ERROR) this.logger.error(`${error.code}: ${error.message}`);
    const isOurs = statusCode === HttpStatus.INTERNAL_SERVER_ERROR;
    return { statusCode, code: error.code, message: isOurs ? 'Internal server error' : error.message };
  }
}

interface Answer {
  readonly statusCode: HttpStatus;
  readonly code: string;
  readonly message: string;
}

const missing: Answer = { statusCode: HttpStatus.NOT_FOUND, code: 'NOT_FOUND', message: 'There is no such row.' };
