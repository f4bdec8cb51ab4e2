import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CanActivate, Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { lastValueFrom, isObservable } from 'rxjs';
import { ForbiddenError, UnauthenticatedError } from '../../core/errors/admin-errors.js';
import { InvalidOptionError } from '../../core/errors/option-errors.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import { ADMIN_ROLES, type AdminActor } from '../../core/ports/stores/admin-actor.js';
import type { AdminAuth, GuardAuth } from './auth-options.js';
import type { Authenticator } from './authenticator.js';
import { CredentialsAuthenticator } from './credentials-authenticator.js';

export async function openAuthenticator(auth: AdminAuth, clock: Clock, modules: ModuleRef): Promise<Authenticator> {
  if (!('guard' in auth)) return new CredentialsAuthenticator(auth, clock);
  return new GuardAuthenticator(typeof auth.guard === 'function' ? await find(auth.guard, modules) : auth.guard, auth.actor);
}

/** The application's instance of the guard, or a new one from the providers that TaskAdminModule can see. */
async function find(guard: Type<CanActivate>, modules: ModuleRef): Promise<CanActivate> {
  try {
    return modules.get(guard, { strict: false });
  } catch {
    return modules.create(guard).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
      throw new InvalidOptionError('auth.guard', guard, `a class that a module of the application provides (${reason})`);
    });
  }
}

/** Asks a guard of the application whether the request is admitted, then asks the application for the caller's name and role. */
class GuardAuthenticator implements Authenticator {
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
