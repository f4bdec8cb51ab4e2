import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TooManyAttemptsError, UnauthenticatedError } from '../../core/errors/admin-errors.js';
import type { AdminActor } from '../../core/ports/stores/admin-actor.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import { Attempts, siteNetwork } from './attempts.js';
import type { CredentialAuth, HashedCredential } from './auth-options.js';
import type { Authenticator } from './authenticator.js';
import { DerivationLine } from './derivation-line.js';
import { isPassword, UNKNOWN_USER_HASH } from './hash-password.js';
import { digest, digestOf } from './hash-token.js';
import { readCredentials, type Credentials, type PasswordCredentials } from './read-credentials.js';

/** ms since its last use for which a right password is not derived again: a browser sends it with every file of a page */
const REMEMBERED_FOR = 60_000;
const REALM = 'realm="task queue", charset="UTF-8"';

/** Checks bearer tokens and basic authentication against hashes, in constant time, and limits wrong attempts. */
export class CredentialsAuthenticator implements Authenticator {
  readonly challenges: readonly string[];
  readonly #attempts: Attempts;
  readonly #tokens: readonly (AdminActor & { readonly digest: Buffer })[];
  readonly #users: ReadonlyMap<string, HashedCredential>;
  /** by user; proofs are keyed hashes that are useless outside this process */
  readonly #passwords = new Map<string, { readonly proof: Buffer; until: number }>();
  readonly #deriving = new Map<string, Promise<AdminActor | undefined>>();
  readonly #line = new DerivationLine();
  /** passwords that each site has sent, whether they were derived or not */
  readonly #tries: Attempts;
  readonly #key = randomBytes(32);

  constructor(
    { tokens, users, attempts }: CredentialAuth,
    private readonly clock: Clock,
  ) {
    this.#attempts = new Attempts(attempts, () => clock.now());
    this.#tries = new Attempts(attempts, () => clock.now(), siteNetwork);
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

  /** Cheap checks pass from a locked address too: clients that share an address must not be able to lock each other out. */
  #byMemory(credentials: Credentials): AdminActor | undefined {
    if (credentials.kind === 'token') return this.#byToken(credentials.token);
    const known = this.#passwords.get(credentials.user);
    const isRight = known !== undefined && known.until > this.clock.now() && timingSafeEqual(known.proof, this.#proofOf(credentials));
    if (!isRight) return undefined;
    known.until = this.clock.now() + REMEMBERED_FOR;
    return this.#users.get(credentials.user);
  }

  /** Compares all tokens, so that the time does not reveal how close a wrong token came. */
  #byToken(token: string): AdminActor | undefined {
    const given = digest(token);
    return this.#tokens.filter((known) => timingSafeEqual(known.digest, given))[0];
  }

  /** A browser requests the files of a page at once: concurrent requests with the same password share one derivation. */
  async #byPassword(credentials: PasswordCredentials, address: string): Promise<AdminActor | undefined> {
    const key = this.#proofOf(credentials).toString('base64');
    const known = this.#deriving.get(key);
    if (known !== undefined) return known;
    const rank = this.#tries.countOf(address);
    // Counted before the result is known, so that concurrent attempts cannot exceed the limit.
    this.#attempts.failed(address);
    this.#tries.failed(address);
    const deriving = this.#line.run(rank, () => this.#derive(credentials, address)).catch((error: unknown) => {
      // It has not been checked, so it says nothing of the address.
      this.#attempts.forgive(address);
      throw error;
    }).finally(() => this.#deriving.delete(key)); // prettier-ignore
    this.#deriving.set(key, deriving);
    return deriving;
  }

  async #derive(credentials: PasswordCredentials, address: string): Promise<AdminActor | undefined> {
    const user = this.#users.get(credentials.user);
    const isRight = await isPassword(credentials.password, user?.hash ?? UNKNOWN_USER_HASH);
    if (!isRight || user === undefined) return undefined;
    this.#attempts.forgive(address);
    this.#tries.forgive(address);
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
