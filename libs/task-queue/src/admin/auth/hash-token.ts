import { createHash, randomBytes } from 'node:crypto';
import { InvalidOptionError } from '../../core/errors/option-errors.js';

const FORM = /^sha256:[0-9a-f]{64}$/;
/** Characters of a token. One that a machine made has them; one that a person made up can be guessed, and sha256 is fast. */
const SHORTEST = 32;

/** A token that nobody guesses: 256 random bits. It is shown once; what is kept is its {@link hashToken}. */
export function generateToken(): string {
  return `tqa_${randomBytes(32).toString('base64url')}`;
}

/**
 * What the admin API is given of a token.
 * @throws InvalidOptionError for a token that could be guessed
 */
export function hashToken(token: string): string {
  if (typeof token !== 'string' || token.length < SHORTEST || new Set(token).size < 10) {
    throw new InvalidOptionError('token', HIDDEN, `at least ${SHORTEST} random characters: generateToken() makes one`);
  }
  return `sha256:${digest(token).toString('hex')}`;
}

export function isTokenHash(text: string): boolean {
  return FORM.test(text);
}

export function digestOf(hash: string): Buffer {
  return Buffer.from(hash.slice('sha256:'.length), 'hex');
}

export function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** stands in messages where a secret was given */
export const HIDDEN = '(hidden)';
