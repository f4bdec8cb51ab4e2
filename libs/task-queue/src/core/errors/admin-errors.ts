import { TaskQueueError } from './task-queue-error.js';

/** The admin API was mounted without saying who may use it. */
export class AdminUnguardedError extends TaskQueueError {
  readonly code = 'ADMIN_UNGUARDED';
  constructor() {
    super(
      "TaskAdminModule needs 'auth': nobody gets in without it. Pass hashed credentials, such as " +
        "{ tokens: [{ name: 'ci', role: 'operator', hash: hashToken(…) }] } or { users: [{ name: 'ada', role: 'admin', hash: await hashPassword(…) }] }, " +
        'or a guard of your own: { guard: AdminGuard, actor: (request) => ({ name, role }) }.',
    );
  }
}

/** A request without credentials, or with wrong ones. Which of the two is not told. */
export class UnauthenticatedError extends TaskQueueError {
  readonly code = 'UNAUTHENTICATED';
  constructor() {
    super('This needs a valid token or password.');
  }
}

/** Whoever asks is known, and may not do this. */
export class ForbiddenError extends TaskQueueError {
  readonly code = 'FORBIDDEN';
  constructor(why: string) {
    super(why);
  }
}

/** Too many wrong credentials came from one address. */
export class TooManyAttemptsError extends TaskQueueError {
  readonly code = 'TOO_MANY_ATTEMPTS';
  /** @param retryAfter ms */
  constructor(readonly retryAfter: number) {
    super('Too many wrong credentials came from this address. Wait, then try again.');
  }
}

/** A page of another site has made a browser send this request. */
export class CrossSiteError extends TaskQueueError {
  readonly code = 'CROSS_SITE_REFUSED';
  constructor(readonly from: string) {
    super(`This request comes from another site (${from}). Only pages of this origin may change something.`);
  }
}

/** One thing that is wrong with a request. */
export interface RequestFault {
  /** JSON Pointer into the body, such as `/schedule`; '' = the whole of it */
  readonly pointer?: string;
  /** name of the query parameter or header */
  readonly parameter?: string;
  readonly detail: string;
}

/** A request that does not have the form that its route takes. */
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
    super(`The body of a request may have ${limit} bytes.`);
  }
}

export class UnsupportedMediaTypeError extends TaskQueueError {
  readonly code = 'MEDIA_TYPE_UNSUPPORTED';
  constructor(readonly given: string) {
    super(`The body is of type '${given}'. Send application/json.`);
  }
}

/** An edit that does not say what it edits. */
export class PreconditionRequiredError extends TaskQueueError {
  readonly code = 'PRECONDITION_REQUIRED';
  constructor() {
    super(
      "This needs the header If-Match with the ETag that was read, so that nobody's edit is lost. If-Match: * edits whatever is there.",
    );
  }
}

export class RouteNotFoundError extends TaskQueueError {
  readonly code = 'ROUTE_NOT_FOUND';
  constructor(route: string) {
    super(`There is no ${route}. The OpenAPI document names what there is.`);
  }
}

/** A fault of this side. What it was stands in the log, under the request's id. */
export class InternalError extends TaskQueueError {
  readonly code = 'INTERNAL_ERROR';
  constructor() {
    super('Something went wrong here. The log has it under the request id.');
  }
}
