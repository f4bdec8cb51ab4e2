import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CanActivate } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { lastValueFrom, isObservable } from 'rxjs';
import { ForbiddenError, UnauthenticatedError } from '../../core/errors/admin-errors.js';
import { ADMIN_ROLES, type AdminActor } from '../../core/ports/stores/admin-actor.js';
import type { GuardAuth } from './auth-options.js';
import type { Authenticator } from './authenticator.js';

/** Asks a guard of the application whether the request is admitted, then asks the application for the caller's name and role. */
export class GuardAuthenticator implements Authenticator {
  readonly challenges = ['Bearer realm="task queue"'];

  constructor(
    private readonly guard: CanActivate,
    private readonly actorOf: GuardAuth['actor'],
  ) {}

  async authenticate(request: IncomingMessage, response: ServerResponse): Promise<AdminActor> {
    const context = new ExecutionContextHost([request, response, () => {}], GuardAuthenticator, this.authenticate);
    context.setType('http');
    const verdict = this.guard.canActivate(context);
    const allowed = isObservable(verdict) ? await lastValueFrom(verdict) : await verdict;
    if (allowed !== true) throw new UnauthenticatedError();
    const actor = await this.actorOf(request as never);
    if (actor === null || actor === undefined) throw new ForbiddenError('You have no role here.');
    const { name, role } = actor;
    if (typeof name !== 'string' || name === '' || !ADMIN_ROLES.includes(role)) {
      throw new TypeError("'actor' of TaskAdminModule must return a name and one of the roles viewer, operator and admin");
    }
    return { name, role };
  }
}
