import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AdminActor } from '../../core/ports/stores/admin-actor.js';

/** Identifies the caller of a request, by credentials of this package or by a guard of the application. */
export interface Authenticator {
  /** @throws UnauthenticatedError · ForbiddenError · TooManyAttemptsError, and any error of the guard */
  authenticate(request: IncomingMessage, response: ServerResponse, address: string): Promise<AdminActor>;
  /** values of the header `WWW-Authenticate`, one for each scheme */
  readonly challenges: readonly string[];
}
