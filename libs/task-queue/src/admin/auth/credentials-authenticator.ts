import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TooManyAttemptsError, UnauthenticatedError } from '../../core/errors/admin-errors.js';
import type { AdminActor } from '../../core/ports/stores/admin-actor.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import { Attempts } from './attempts.js';
import type { CredentialAuth, HashedCredential } from './auth-options.js';
import type { Authenticator } from './authenticator.js';
import { isPassword, NOBODYS_HASH } from './hash-password.js';
import { digest, digestOf } from './hash-token.js';
import { readCredentials, type Credentials, type PasswordCredentials } from './read-credentials.js';

/** ms for which a password that was right need not be derived again: a browser sends it with each file of a page */
const REMEMBERED_FOR = 60_000;
/** Derivations under way and waiting: each takes a tenth of a second, 32 MB and a thread that the application needs, too. */
const MOST_DERIVING = 16;
const BUSY = 2_000;
const REALM = 'realm="task queue", charset="UTF-8"';

/** Bearer tokens and basic authentication against hashes, compared in constant time, with a bound on wrong tries. */
export class CredentialsAuthenticator implements Authenticator {
  readonly challenges: readonly string[];
  readonly #attempts: Attempts;
  readonly #tokens: readonly (AdminActor & { readonly digest: Buffer })[];
  readonly #users: ReadonlyMap<string, HashedCredential>;
  /** by a keyed hash that means nothing outside this process; never more than there are users */
  readonly #passwords = new Map<string, { readonly proof: Buffer; readonly until: number }>();
  readonly #deriving = new Map<string, Promise<AdminActor | undefined>>();
  /** when the last of them is through: they run one after the other */
  #turn: Promise<unknown> = Promise.resolve();
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
    const header = request.headers.authorization;
    if (header === undefined) throw new UnauthenticatedError();
    const credentials = readCredentials(header);
    const actor = credentials && this.#byMemory(credentials);
    if (actor !== undefined) return actorOf(actor);
    const locked = this.#attempts.lockedFor(address);
    if (locked > 0) throw new TooManyAttemptsError(locked);
    if (credentials?.kind !== 'password') {
      this.#attempts.failed(address);
      throw new UnauthenticatedError();
    }
    const user = await this.#byPassword(credentials, address);
    if (user === undefined) throw new UnauthenticatedError();
    return actorOf(user);
  }

  /** What costs nothing to check is let in from a locked address, too: whoever shares it must not be able to lock others out. */
  #byMemory(credentials: Credentials): AdminActor | undefined {
    if (credentials.kind === 'token') return this.#byToken(credentials.token);
    const known = this.#passwords.get(credentials.user);
    const isRight = known !== undefined && known.until > this.clock.now() && timingSafeEqual(known.proof, this.#proofOf(credentials));
    return isRight ? this.#users.get(credentials.user) : undefined;
  }

  /** All are compared, so that the time says nothing of which was nearly right. */
  #byToken(token: string): AdminActor | undefined {
    const given = digest(token);
    return this.#tokens.filter((known) => timingSafeEqual(known.digest, given))[0];
  }

  /** A page asks for its files all at once: one password is derived once for all who wait for it. */
  async #byPassword(credentials: PasswordCredentials, address: string): Promise<AdminActor | undefined> {
    const key = this.#proofOf(credentials).toString('base64');
    const known = this.#deriving.get(key);
    if (known !== undefined) return known;
    if (this.#deriving.size >= MOST_DERIVING) throw new TooManyAttemptsError(BUSY);
    // Counted before the answer is known, so that many tries at once are no more than one after the other.
    this.#attempts.failed(address);
    const deriving = this.#turn.then(() => this.#derive(credentials, address)).finally(() => this.#deriving.delete(key));
    this.#turn = deriving.catch(() => {});
    this.#deriving.set(key, deriving);
    return deriving;
  }

  async #derive(credentials: PasswordCredentials, address: string): Promise<AdminActor | undefined> {
    const user = this.#users.get(credentials.user);
    const isRight = await isPassword(credentials.password, user?.hash ?? NOBODYS_HASH);
    if (!isRight || user === undefined) return undefined;
    this.#attempts.forgive(address);
    this.#passwords.set(user.name, { proof: this.#proofOf(credentials), until: this.clock.now() + REMEMBERED_FOR });
    return user;
  }

  #proofOf({ user, password }: PasswordCredentials): Buffer {
    return createHmac('sha256', this.#key).update(`${user}\0${password}`).digest();
  }
}

function actorOf({ name, role }: AdminActor): AdminActor {
  return { name, role };
}
