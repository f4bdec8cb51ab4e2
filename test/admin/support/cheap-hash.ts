import { scryptSync } from 'node:crypto';

/** The hash of a password at the least cost that is taken: what is tested is not how long it takes. */
export function cheapHash(password: string): string {
  const salt = Buffer.alloc(16);
  const key = scryptSync(password, salt, 32, { N: 2 ** 14, r: 8, p: 1 });
  return ['scrypt', 2 ** 14, 8, 1, salt.toString('base64url'), key.toString('base64url')].join(':');
}
