import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { InvalidOptionError } from '../../core/errors/option-errors.js';
import { HIDDEN } from './hash-token.js';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** One of the costs that OWASP names for scrypt: 32 MB, and a tenth of a second or two for each try. */
const COST = { N: 2 ** 15, r: 8, p: 3 };
const FORM = /^scrypt:(\d+):(\d+):(\d+):([\w-]{22,}):([\w-]{43})$/;
const LENGTH = 32;
const SHORTEST = 12;
/** What a hash may cost: a cheaper one is guessed, a mistyped one must not fill the memory. */
const CHEAPEST = 2 ** 17;
const DEAREST = 2 ** 23;

/**
 * What the admin API is given of a password.
 * @throws InvalidOptionError for a short one
 */
export async function hashPassword(password: string): Promise<string> {
  if (typeof password !== 'string' || password.length < SHORTEST) {
    throw new InvalidOptionError('password', HIDDEN, `at least ${SHORTEST} characters`);
  }
  const salt = randomBytes(16);
  const key = await derive(password.normalize(), salt, LENGTH, bounded(COST));
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join(':');
}

export function isPasswordHash(text: string): boolean {
  const parts = FORM.exec(text);
  if (parts === null) return false;
  const [N, r, p] = parts.slice(1, 4).map(Number) as [number, number, number];
  const cost = N * r * p;
  return (N & (N - 1)) === 0 && cost >= CHEAPEST && cost <= DEAREST;
}

/** Takes the same time for a wrong password as for the right one. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [, N, r, p, salt, expected] = FORM.exec(hash)!;
  const key = await derive(
    password.normalize(),
    Buffer.from(salt!, 'base64url'),
    LENGTH,
    bounded({ N: Number(N), r: Number(r), p: Number(p) }),
  );
  return timingSafeEqual(key, Buffer.from(expected!, 'base64url'));
}

/** Is checked for users that do not exist, so that their names cannot be told by the time it takes. */
export const NOBODYS_HASH = ['scrypt', COST.N, COST.r, COST.p, 'A'.repeat(22), 'A'.repeat(43)].join(':');

function bounded(cost: { N: number; r: number; p: number }) {
  return { ...cost, maxmem: 128 * cost.N * cost.r * cost.p + 2 ** 20 };
}
