import type { CanActivate, Type } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import { InvalidOptionError } from '../../core/errors/option-errors.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { AdminAuth } from './auth-options.js';
import type { Authenticator } from './authenticator.js';
import { CredentialsAuthenticator } from './credentials-authenticator.js';
import { GuardAuthenticator } from './guard-authenticator.js';

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
