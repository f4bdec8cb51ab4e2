import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TooManyAttemptsError, UnauthenticatedError } from '../../errors/admin-errors.js';
import type { AdminActor, Clock } from '../../ports/index.js';
import { Attempts } from './attempts.js';
import type { CredentialAuth, HashedCredential } from './auth-options.js';
import type { Authenticator } from './authenticator.js';
import { isPassword, NOBODYS_HASH } from './hash-password.js';
import { digest, digestOf } from './hash-token.js';
import { readCredentials, type Credentials } from './read-credentials.js';

/** ms for which a password that was right need not be derived again: a browser sends it with each file of a page */
const REMEMBERED_FOR = 60_000;
const REALM = 'realm="task queue", charset="UTF-8"';

/** Bearer tokens and basic authentication against hashes, compared in constant time, with a bound on wrong tries. */
export class CredentialsAuthenticator implements Authenticator {
  readonly challenges: readonly string[];
  readonly #attempts: Attempts;
  readonly #tokens: readonly (AdminActor & { readonly digest: Buffer })[];
  readonly #users: ReadonlyMap<string, HashedCredential>;
  /** by a keyed hash that means nothing outside this process; never more than there are users */
  readonly #passwords = new Map<string, { readonly proof: Buffer; readonly until: number }>();
  readonly #key = randomBytes(32);

  constructor(
    { tokens, users, attempts }: CredentialAuth,
    private readonly clock: Clock,
  ) {
    this.#attempts = new Attempts(attempts, () => clock.now());
    this.#tokens = tokens.map(({ name, role, hash }) => ({ name, role, digest: digestOf(hash) }));
    this.#users = new Map(users.map((user) => [user.name, user]));
    this.challenges = [...(tokens.length > 0 ? [`Bearer ${REALM}`] : []), ...(users.length > 0 ? [`Basic ${REALM}`] : [])];
  }

  async authenticate(request: IncomingMessage, _response: ServerResponse, address: string): Promise<AdminActor> {
    const credentials = readCredentials(request.headers.authorization);
    if (credentials === undefined && request.headers.authorization === undefined) throw new UnauthenticatedError();
    const locked = this.#attempts.lockedFor(address);
    if (locked > 0) throw new TooManyAttemptsError(locked);
    const actor = credentials && (await this.#find(credentials));
    if (actor !== undefined) return { name: actor.name, role: actor.role };
    this.#attempts.failed(address);
    throw new UnauthenticatedError();
  }

  async #find(credentials: Credentials): Promise<AdminActor | undefined> {
    return credentials.kind === 'token' ? this.#ofToken(credentials.token) : this.#ofPassword(credentials.user, credentials.password);
  }

  /** All are compared, so that the time says nothing of which was nearly right. */
  #ofToken(token: string): AdminActor | undefined {
    const given = digest(token);
    return this.#tokens.filter((known) => timingSafeEqual(known.digest, given))[0];
  }

  async #ofPassword(name: string, password: string): Promise<AdminActor | undefined> {
    const user = this.#users.get(name);
    const proof = createHmac('sha256', this.#key).update(`${name}\0${password}`).digest();
    const known = this.#passwords.get(name);
    if (user !== undefined && known !== undefined && known.until > this.clock.now() && timingSafeEqual(known.proof, proof)) return user;
    if (!(await isPassword(password, user?.hash ?? NOBODYS_HASH)) || user === undefined) return undefined;
    this.#passwords.set(name, { proof, until: this.clock.now() + REMEMBERED_FOR });
    return user;
  }
}
