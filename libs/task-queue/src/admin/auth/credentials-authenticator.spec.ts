import { scryptSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../core/ports/runtime/clock.js';
import { CredentialsAuthenticator } from './credentials-authenticator.js';

/** At the least cost that is taken: what is tested is not how long it takes. */
function cheapHash(password: string): string {
  const salt = Buffer.alloc(16);
  const key = scryptSync(password, salt, 32, { N: 2 ** 14, r: 8, p: 1 });
  return ['scrypt', 2 ** 14, 8, 1, salt.toString('base64url'), key.toString('base64url')].join(':');
}

let authenticator: CredentialsAuthenticator;

beforeAll(() => {
  const users = [{ name: 'ada', role: 'admin' as const, hash: cheapHash('correct horse battery') }];
  authenticator = new CredentialsAuthenticator({ tokens: [], users, attempts: { limit: 3, window: 60_000 } }, systemClock);
});

function come(password: string, address: string) {
  const request = { headers: { authorization: `Basic ${btoa(`ada:${password}`)}` } } as IncomingMessage;
  return authenticator.authenticate(request, {} as ServerResponse, address).then(
    ({ name }) => name,
    (error: { code: string }) => error.code,
  );
}

describe('passwords', () => {
  it('limits the number of concurrent derivations', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => come(`guess ${n}`, `address ${n}`)));
    expect(answers.filter((answer) => answer === 'UNAUTHENTICATED')).toHaveLength(16);
    expect(answers.filter((answer) => answer === 'TOO_MANY_ATTEMPTS')).toHaveLength(4);
    await expect(come('correct horse battery', 'address 0')).resolves.toBe('ada');
  });

  it('accepts a recently verified password from an address that is locked out', async () => {
    await come('correct horse battery', 'home');
    for (const guess of ['a', 'b', 'c']) await come(guess, 'home');
    await expect(come('d', 'home')).resolves.toBe('TOO_MANY_ATTEMPTS');
    await expect(come('correct horse battery', 'home')).resolves.toBe('ada');
  });
});
