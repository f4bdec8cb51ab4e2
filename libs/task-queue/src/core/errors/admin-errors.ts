import type { ErrorCode } from './error-codes.js';
import { TaskQueueError } from './task-queue-error.js';

/** The admin API was mounted without `auth`. */
export class AdminUnguardedError extends TaskQueueError {
  readonly code = 'ADMIN_UNGUARDED';
  constructor() {
    super(
      "TaskAdminModule needs 'auth', because it admits no caller without it. Pass hashed credentials, such as " +
        "{ tokens: [{ name: 'ci', role: 'operator', hash: hashToken(…) }] } or { users: [{ name: 'ada', role: 'admin', hash: await hashPassword(…) }] }, " +
        'or a guard of your own: { guard: AdminGuard, actor: (request) => ({ name, role }) }.',
    );
  }
}

/** A request without credentials, or with wrong ones. The answer does not tell which. */
export class UnauthenticatedError extends TaskQueueError {
  readonly code = 'UNAUTHENTICATED';
  constructor() {
    super('This request needs a valid token or password. Send it in the header Authorization.');
  }
}

/** The caller is authenticated, and the role is not sufficient. */
export class ForbiddenError extends TaskQueueError {
  readonly code = 'FORBIDDEN';
  constructor(why: string) {
    super(why);
  }
}

/** One address has sent too many wrong credentials. */
export class TooManyAttemptsError extends TaskQueueError {
  readonly code = 'TOO_MANY_ATTEMPTS';
  /** @param retryAfter ms */
  constructor(readonly retryAfter: number) {
    super('This address has sent too many wrong credentials. Wait, then try again.');
  }
}

/** A browser sent this request on behalf of a page of another site. */
export class CrossSiteError extends TaskQueueError {
  readonly code = 'CROSS_SITE_REFUSED';
  constructor(readonly from: string) {
    super(`This request comes from another site (${from}). Only pages of this origin may make changes.`);
  }
}

/** One fault of an invalid request. */
export interface RequestFault {
  /** JSON Pointer into the body, such as `/schedule`; '' for the whole body */
  readonly pointer?: string;
  /** name of the query parameter or header */
  readonly parameter?: string;
  readonly detail: string;
}

/** A request that does not match the schema of its route. */
export class InvalidRequestError extends TaskQueueError {
  readonly code = 'REQUEST_INVALID';
  constructor(readonly faults: readonly RequestFault[]) {
    super(faults.map(({ pointer, parameter, detail }) => `${parameter ?? pointer ?? ''}: ${detail}`.replace(/^: /, '')).join(' '));
  }
}

export class RequestTooLargeError extends TaskQueueError {
  readonly code = 'REQUEST_TOO_LARGE';
  /** @param limit bytes */
  constructor(readonly limit: number) {
    super(`The body is larger than ${limit} bytes. Send less, or raise 'bodyLimit' of TaskAdminModule.`);
  }
}

export class UnsupportedMediaTypeError extends TaskQueueError {
  readonly code = 'MEDIA_TYPE_UNSUPPORTED';
  constructor(readonly given: string) {
    super(`The body is of type '${given}', which is not supported. Send application/json.`);
  }
}

/** An edit without the version that it is based on. */
export class PreconditionRequiredError extends TaskQueueError {
  readonly code = 'PRECONDITION_REQUIRED';
  constructor() {
    super(
      "This request needs the header If-Match with the ETag that was read, so that it cannot overwrite someone else's edit. If-Match: * edits any version.",
    );
  }
}

export class RouteNotFoundError extends TaskQueueError {
  readonly code = 'ROUTE_NOT_FOUND';
  constructor(route: string) {
    super(`There is no route ${route}. The OpenAPI document lists the routes.`);
  }
}

/** No task of this id waits, runs, or has a stored result. */
export class TaskNotFoundError extends TaskQueueError {
  readonly code = 'TASK_NOT_FOUND';
  constructor(readonly taskId: string) {
    super(`No task '${taskId}' is known. It may have finished without a stored result, or its result has expired.`);
  }
}

/** No queue of this name has held messages or is paused. */
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
    super(`No dead letter has the id '${taskId}'. It may have been redriven or purged.`);
  }
}

/** The result backend supports look-ups by id only. */
export class SearchUnavailableError extends TaskQueueError {
  readonly code = 'SEARCH_UNAVAILABLE';
  constructor() {
    super("These results can only be looked up by id. Searching needs results: 'typeorm' in TaskQueueModule.forRoot.");
  }
}

/** A worker answered a command with an error; code and message are the worker's. */
export class WorkerRefusedError extends TaskQueueError {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly worker: string,
  ) {
    super(message);
  }
}

/** An internal fault. The log has the details under the request's id. */
export class InternalError extends TaskQueueError {
  readonly code = 'INTERNAL_ERROR';
  constructor() {
    super('The server failed to handle this request. Find the reason in its log, by the request id.');
  }
}
