import { scryptSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../core/ports/runtime/clock.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { CredentialsAuthenticator } from './credentials-authenticator.js';

/** At the least cost that is taken: what is tested is not how long it takes. */
function cheapHash(password: string): string {
  const salt = Buffer.alloc(16);
  const key = scryptSync(password, salt, 32, { N: 2 ** 14, r: 8, p: 1 });
  return ['scrypt', 2 ** 14, 8, 1, salt.toString('base64url'), key.toString('base64url')].join(':');
}

let authenticator: CredentialsAuthenticator;

beforeEach(() => {
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

  it('strangers from many networks cannot keep a first sign-in from its turn, however often they come', async () => {
    const order: string[] = [];
    const say = (name: string) => (answer: string) => order.push(`${name} ${answer}`);
    const strangers = (round: number) =>
      Array.from({ length: 60 }, (_, n) => come(`guess ${round} ${n}`, `10.9.${n}.1`).then(say('stranger')));
    const all = [...strangers(0), ...strangers(1)];
    const known = come('correct horse battery', '192.0.2.1').then(say('ada'));
    all.push(...strangers(2));
    await known;
    expect(order.at(-1)).toBe('ada ada');
    // The one that was being derived, and those that were refused.
    expect(order.filter((answer) => answer.endsWith('UNAUTHENTICATED')).length).toBeLessThanOrEqual(2);
    await Promise.all(all);
  });

  it('one that was refused for want of a place counts as no wrong one', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, n) => come(`other guess ${n}`, '10.8.0.1')));
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => come(`third guess ${n}`, `10.7.${n}.1`)));
    const refused = answers.findIndex((answer) => answer === 'TOO_MANY_ATTEMPTS');
    for (const guess of ['x', 'y', 'z']) await expect(come(guess, `10.7.${refused}.1`)).resolves.toBe('UNAUTHENTICATED');
    await expect(come('w', `10.7.${refused}.1`)).resolves.toBe('TOO_MANY_ATTEMPTS');
  });

  it('remembers a password as long as it is used', async () => {
    const clock = new FakeClock();
    const users = [{ name: 'ada', role: 'admin' as const, hash: cheapHash('correct horse battery') }];
    authenticator = new CredentialsAuthenticator({ tokens: [], users, attempts: { limit: 1, window: 3_600_000 } }, clock);
    await come('correct horse battery', 'home');
    await come('wrong', 'home');
    for (let n = 0; n < 3; n++) {
      await clock.advance('50s');
      await expect(come('correct horse battery', 'home')).resolves.toBe('ada');
    }
    await clock.advance('61s');
    await expect(come('correct horse battery', 'home')).resolves.toBe('TOO_MANY_ATTEMPTS');
  });

  it('accepts a recently verified password from an address that is locked out', async () => {
    await come('correct horse battery', 'home');
    for (const guess of ['a', 'b', 'c']) await come(guess, 'home');
    await expect(come('d', 'home')).resolves.toBe('TOO_MANY_ATTEMPTS');
    await expect(come('correct horse battery', 'home')).resolves.toBe('ada');
  });
});
