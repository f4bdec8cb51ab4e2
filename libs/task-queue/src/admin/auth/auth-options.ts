import type { IncomingMessage } from 'node:http';
import type { CanActivate, Type } from '@nestjs/common';
import { z } from 'zod';
import { AdminUnguardedError } from '../../core/errors/admin-errors.js';
import { InvalidOptionError } from '../../core/errors/option-errors.js';
import type { Duration } from '../../core/message/duration.js';
import { checkOptions, durationField, positiveField } from '../../core/options/check-options.js';
import { ADMIN_ROLES, type AdminActor, type AdminRole } from '../../core/ports/stores/admin-actor.js';
import type { AttemptLimits } from './attempts.js';
import { isPasswordHash } from './hash-password.js';
import { HIDDEN, isTokenHash } from './hash-token.js';

export interface HashedCredential {
  /** for the audit log; of a user also what they sign in as */
  readonly name: string;
  readonly role: AdminRole;
  /** `hashToken(token)` of a token, `await hashPassword(password)` of a user */
  readonly hash: string;
}

/** Credentials that the admin API checks itself. */
export interface CredentialAuthInput {
  /** `Authorization: Bearer …`, for machines */
  readonly tokens?: readonly HashedCredential[];
  /** basic authentication, for people with a browser */
  readonly users?: readonly HashedCredential[];
  /** wrong tries that one address has; default 10 in a minute */
  readonly attempts?: { readonly limit?: number; readonly window?: Duration };
}

/** A guard of the application's own, and what it has found out. */
export interface GuardAuth {
  /** a class, which is resolved or made by the application's injector, or an instance */
  readonly guard: Type<CanActivate> | CanActivate;
  /** asked when the guard has let a request in; null = has no role here */
  // oxlint-disable-next-line typescript/no-explicit-any -- what a guard adds to a request is the application's
  readonly actor: (request: IncomingMessage & any) => AdminActor | null | Promise<AdminActor | null>;
}

export type AdminAuthInput = CredentialAuthInput | GuardAuth;

export interface CredentialAuth {
  readonly tokens: readonly HashedCredential[];
  readonly users: readonly HashedCredential[];
  readonly attempts: AttemptLimits;
}

export type AdminAuth = CredentialAuth | GuardAuth;

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

const guardSchema = z.object({
  guard: z.custom<GuardAuth['guard']>((value) => typeof value === 'function' || typeof (value as Partial<CanActivate>)?.canActivate === 'function').describe('a guard, or the class of one'), // prettier-ignore
  actor: z.custom<GuardAuth['actor']>((value) => typeof value === 'function').describe('a function of the request that gives { name, role }'), // prettier-ignore
});

/** @throws AdminUnguardedError · UnknownOptionError · InvalidOptionError, none of which shows a secret */
export function checkAuth(input: AdminAuthInput | undefined): AdminAuth {
  if (typeof input !== 'object' || input === null) throw new AdminUnguardedError();
  if ('guard' in input) return checkOptions(guardSchema, input, WHERE);
  const { tokens = [], users = [] } = input;
  if (tokens.length === 0 && users.length === 0) throw new AdminUnguardedError();
  refusePlain('tokens', tokens, isTokenHash, 'hashToken(token) of a long random token; generateToken() makes one');
  refusePlain('users', users, isPasswordHash, 'await hashPassword(password)');
  const checked = checkOptions(schema, input, WHERE);
  refuseTwins('tokens', checked.tokens);
  refuseTwins('users', checked.users);
  return checked;
}

/** Before the general check, whose message shows what was given. */
function refusePlain(list: string, given: readonly HashedCredential[], isHash: (text: string) => boolean, expected: string): void {
  if (!Array.isArray(given)) throw new InvalidOptionError(list, HIDDEN, `a list of { name, role, hash }`);
  for (const [index, one] of (given as readonly HashedCredential[]).entries()) {
    if (!isHash(String(one?.hash))) throw new InvalidOptionError(`${list}[${index}].hash`, HIDDEN, expected);
  }
}

function refuseTwins(list: string, given: readonly HashedCredential[]): void {
  const names = given.map(({ name }) => name);
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) throw new InvalidOptionError(list, twin, 'a list in which each name stands once');
}
