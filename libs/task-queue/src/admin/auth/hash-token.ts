import { createHash, randomBytes } from 'node:crypto';
import { InvalidOptionError } from '../../core/errors/option-errors.js';

const FORM = /^sha256:[0-9a-f]{64}$/;
/** Minimum length of a token. sha256 is fast, so a short token that a person made up could be guessed. */
const MIN_LENGTH = 32;

/** A token of 256 random bits. Show it once, and keep only its {@link hashToken}. */
export function generateToken(): string {
  return `tqa_${randomBytes(32).toString('base64url')}`;
}

/**
 * The hash of a token, for the options of the admin API.
 * @throws InvalidOptionError when the token could be guessed
 */
export function hashToken(token: string): string {
  if (typeof token !== 'string' || token.length < MIN_LENGTH || new Set(token).size < 10) {
    throw new InvalidOptionError('token', HIDDEN, `at least ${MIN_LENGTH} random characters: generateToken() makes one`);
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

/** replaces secrets in messages */
export const HIDDEN = '(hidden)';
