import { describe, expect, it } from '@jest/globals';
import { hashPassword, isPassword, isPasswordHash, NOBODYS_HASH } from './hash-password.js';
import { generateToken, hashToken, isTokenHash } from './hash-token.js';

describe('hashes of credentials', () => {
  it('a token is hashed the same each time, and is not in its hash', () => {
    const token = generateToken();
    expect(isTokenHash(hashToken(token))).toBe(true);
    expect(hashToken(token)).toBe(hashToken(token));
    expect(hashToken(token)).not.toContain(token);
    expect(generateToken()).not.toBe(token);
  });

  it.each(['', 'secret', 'x'.repeat(64), 'abcabcabcabcabcabcabcabcabcabcabcabc'])('a token that can be guessed is refused: %j', (token) => {
    expect(() => hashToken(token)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  it('a password is hashed with a salt of its own, and told from others', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse battery'), hashPassword('correct horse battery')]);
    expect(one).not.toBe(two);
    expect(isPasswordHash(one)).toBe(true);
    await expect(isPassword('correct horse battery', one)).resolves.toBe(true);
    await expect(isPassword('correct horse batterz', one)).resolves.toBe(false);
    await expect(isPassword('', NOBODYS_HASH)).resolves.toBe(false);
  });

  it('a short password is refused, and not repeated', async () => {
    await expect(hashPassword('hunter2')).rejects.toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }));
  });

  it.each([
    'hunter2',
    'scrypt:65536:8:1:short:short',
    `scrypt:3:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`,
    `scrypt:99999999:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`,
  ])('what is no hash, or costs all the memory, is not taken for one: %s', (text) => {
    expect(isPasswordHash(text)).toBe(false);
  });
});
