import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AdminActor } from '../../core/ports/stores/admin-actor.js';

/** Says who asks. One for credentials of this package's own, one for a guard of the application's. */
export interface Authenticator {
  /**
   * @throws UnauthenticatedError · ForbiddenError · TooManyAttemptsError, and whatever a guard throws
   */
  authenticate(request: IncomingMessage, response: ServerResponse, address: string): Promise<AdminActor>;
  /** for the header `WWW-Authenticate`, one for each scheme */
  readonly challenges: readonly string[];
}
