import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { InvalidOptionError } from '../../core/errors/option-errors.js';
import { HIDDEN } from './hash-token.js';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);

/** One of the parameter sets that OWASP recommends for scrypt: 32 MB and 0.1 to 0.2 s for each attempt. */
const COST = { N: 2 ** 15, r: 8, p: 3 };
const FORM = /^scrypt:(\d+):(\d+):(\d+):([\w-]{22,}):([\w-]{43})$/;
const LENGTH = 32;
const MIN_LENGTH = 12;
/** Bounds of N·r·p: a cheaper hash can be guessed, and a mistyped one must not exhaust the memory. */
const MIN_COST = 2 ** 17;
const MAX_COST = 2 ** 23;

/**
 * The hash of a password, for the options of the admin API.
 * @throws InvalidOptionError when the password is too short
 */
export async function hashPassword(password: string): Promise<string> {
  if (typeof password !== 'string' || password.length < MIN_LENGTH) {
    throw new InvalidOptionError('password', HIDDEN, `at least ${MIN_LENGTH} characters`);
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
  return (N & (N - 1)) === 0 && cost >= MIN_COST && cost <= MAX_COST;
}

/** Takes the same time for a wrong password as for the right one. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [, N, r, p, salt, expected] = FORM.exec(hash)!;
  const cost = bounded({ N: Number(N), r: Number(r), p: Number(p) });
  const key = await derive(password.normalize(), Buffer.from(salt!, 'base64url'), LENGTH, cost);
  return timingSafeEqual(key, Buffer.from(expected!, 'base64url'));
}

/** Checked for unknown users, so that the time does not reveal which users exist. */
export const UNKNOWN_USER_HASH = ['scrypt', COST.N, COST.r, COST.p, 'A'.repeat(22), 'A'.repeat(43)].join(':');

function bounded(cost: { N: number; r: number; p: number }) {
  return { ...cost, maxmem: 128 * cost.N * cost.r * cost.p + 2 ** 20 };
}
