import { STATUS_CODES, type IncomingMessage } from 'node:http';
import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { InternalError, InvalidRequestError, TooManyAttemptsError } from '../../core/errors/admin-errors.js';
import type { TaskQueueError } from '../../core/errors/task-queue-error.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import { ADMIN_LOGGER, ADMIN_OPTIONS, AUTHENTICATOR } from '../tokens.js';
import type { AdminOptions } from '../task-admin.options.js';
import type { Authenticator } from '../auth/authenticator.js';
import { PROBLEM_TYPE, type Problem } from './problem.js';
import { rawOf, stateOf } from './request-state.js';
import { statusOf, toKnownError } from './known-errors.js';

/** The problem type ends with the error code; docs/errors.md, which the package contains, explains each code. */
const PROBLEM = 'urn:nestjs-task-queue:error:';
/** `Retry-After` in ms */
const RETRY_AFTER = 5_000;
/** statuses of 500 and above that are not faults: a feature that is not configured, a worker that is not there */
const NO_FAULTS: ReadonlySet<number> = new Set([501, 504]);

/** Answers every error as problem+json. The details of foreign errors go only to the log, under the request's id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(ADMIN_OPTIONS) private readonly options: AdminOptions,
    @Inject(AUTHENTICATOR) private readonly authenticator: Authenticator,
    @Inject(ADMIN_LOGGER) private readonly logger: TaskLogger,
  ) {}

  catch(thrown: unknown, context: ArgumentsHost): void {
    const request = rawOf(context.switchToHttp().getRequest<IncomingMessage>());
    const response = context.switchToHttp().getResponse<unknown>();
    const { method, originalUrl: url = request.url } = request as IncomingMessage & { readonly originalUrl?: string };
    const { id, address } = stateOf(request);
    const error = toKnownError(thrown, `${method} ${url?.split('?')[0]}`, this.options.bodyLimit);
    const status = statusOf(error.code);
    if (status >= 500 && !NO_FAULTS.has(status))
      this.logger.error('A request to the admin API failed', { requestId: id, method, url, error: thrown });
    if (status === 401 && request.headers.authorization)
      this.logger.warn('Wrong credentials for the admin API', { requestId: id, address });
    for (const [name, value] of this.#headers(status, error)) this.host.httpAdapter.setHeader(response, name, value as string);
    this.host.httpAdapter.reply(response, describe(error, status, id), status);
  }

  *#headers(status: number, error: TaskQueueError): Iterable<[string, string | readonly string[]]> {
    yield ['Content-Type', `${PROBLEM_TYPE}; charset=utf-8`];
    if (status === 401) yield ['WWW-Authenticate', this.authenticator.challenges];
    const wait = error instanceof TooManyAttemptsError ? error.retryAfter : RETRY_AFTER;
    if (status === 429 || status === 503) yield ['Retry-After', String(Math.ceil(wait / 1_000))];
  }
}

function describe(error: TaskQueueError, status: number, requestId: string): Problem {
  const { code } = error;
  // The message of an internal fault may name servers and statements.
  const detail = status === 500 ? new InternalError().message : error.message;
  const problem: Problem = { type: `${PROBLEM}${code.toLowerCase()}`, title: STATUS_CODES[status]!, status, code, detail, requestId };
  return error instanceof InvalidRequestError ? { ...problem, errors: error.faults.map((fault) => ({ ...fault })) } : problem;
}
