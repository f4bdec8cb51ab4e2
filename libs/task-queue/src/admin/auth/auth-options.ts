import type { IncomingMessage } from 'node:http';
import type { CanActivate, Type } from '@nestjs/common';
import { z } from 'zod';
import { AdminUnguardedError } from '../../core/errors/admin-errors.js';
import { InvalidOptionError } from '../../core/errors/option-errors.js';
import type { Duration } from '../../core/message/duration.js';
import { checkOptions, durationField, positiveField } from '../../core/options/check-options.js';
import { ADMIN_ROLES, type AdminActor, type AdminRole } from '../../core/ports/stores/admin-actor.js';

import { isPasswordHash } from './hash-password.js';
import { HIDDEN, isTokenHash } from './hash-token.js';

export interface HashedCredential {
  /** name in the audit log; for a user also the login name */
  readonly name: string;
  readonly role: AdminRole;
  /** `hashToken(token)` for a token, `await hashPassword(password)` for a user */
  readonly hash: string;
}

/** Credentials that the admin API checks itself. */
export interface CredentialAuthInput {
  /** `Authorization: Bearer …`, for machines */
  readonly tokens?: readonly HashedCredential[];
  /** basic authentication, for people with a browser */
  readonly users?: readonly HashedCredential[];
  /** maximum wrong credentials from one address within the window; default 10 in one minute */
  readonly attempts?: { readonly limit?: number; readonly window?: Duration };
}

/** Authentication by a guard of the application. */
export interface GuardAuth {
  /** an instance, or a class that the application's injector resolves or creates */
  readonly guard: Type<CanActivate> | CanActivate;
  /** called when the guard has admitted a request; null when the caller has no role here */
  // oxlint-disable-next-line typescript/no-explicit-any -- what a guard adds to a request is the application's
  readonly actor: (request: IncomingMessage & any) => AdminActor | null | Promise<AdminActor | null>;
}

export type AdminAuthInput = CredentialAuthInput | GuardAuth;

const WHERE = "'auth' of TaskAdminModule";

const credentials = (what: string) =>
  z
    .array(z.strictObject({ name: z.string().regex(/^[^:\p{Cc}]{1,200}$/u), role: z.enum(ADMIN_ROLES), hash: z.string() }))
    .default([])
    .describe(`a list of { name, role, hash }: roles are ${ADMIN_ROLES.join(', ')}; ${what} makes the hash`);

const schema = z.object({
  tokens: credentials('hashToken()'),
  users: credentials('hashPassword()'),
  attempts: z
    .strictObject({ limit: positiveField.default(10), window: durationField().prefault('1m') })
    .prefault({})
    .describe('{ limit, window }'),
});

export type CredentialAuth = Readonly<z.output<typeof schema>>;
export type AdminAuth = CredentialAuth | GuardAuth;

const guardSchema = z.object({
  guard: z.custom<GuardAuth['guard']>((value) => typeof value === 'function' || typeof (value as Partial<CanActivate>)?.canActivate === 'function').describe('a guard, or a class of guards'), // prettier-ignore
  actor: z.custom<GuardAuth['actor']>((value) => typeof value === 'function').describe('a function of the request that returns { name, role }'), // prettier-ignore
});

/** @throws AdminUnguardedError · UnknownOptionError · InvalidOptionError. None of them shows a secret. */
export function checkAuth(input: AdminAuthInput | undefined): AdminAuth {
  if (typeof input !== 'object' || input === null) throw new AdminUnguardedError();
  if ('guard' in input) return checkOptions(guardSchema, input, WHERE);
  const { tokens = [], users = [] } = input;
  if (tokens.length === 0 && users.length === 0) throw new AdminUnguardedError();
  refusePlain('tokens', tokens, isTokenHash, 'hashToken(token) of a long random token; generateToken() makes one');
  refusePlain('users', users, isPasswordHash, 'await hashPassword(password)');
  const checked = checkOptions(schema, input, WHERE);
  refuseDuplicates('tokens', checked.tokens);
  refuseDuplicates('users', checked.users);
  return checked;
}

/** Runs before the general check, whose message would show the secret. */
function refusePlain(list: string, given: readonly HashedCredential[], isHash: (text: string) => boolean, expected: string): void {
  if (!Array.isArray(given)) throw new InvalidOptionError(list, HIDDEN, `a list of { name, role, hash }`);
  for (const [index, one] of (given as readonly HashedCredential[]).entries()) {
    if (!isHash(String(one?.hash))) throw new InvalidOptionError(`${list}[${index}].hash`, HIDDEN, expected);
  }
}

function refuseDuplicates(list: string, given: readonly HashedCredential[]): void {
  const names = given.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new InvalidOptionError(list, twice, 'a list in which each name appears once');
}
