import { describe, expect, it } from '@jest/globals';
import { hashPassword, isPassword, isPasswordHash } from './hash-password.js';
import { generateToken, hashToken, isTokenHash } from './hash-token.js';

describe('hashes of credentials', () => {
  it('a token always has the same hash, which does not contain it', () => {
    const token = generateToken();
    expect(isTokenHash(hashToken(token))).toBe(true);
    expect(hashToken(token)).toBe(hashToken(token));
    expect(hashToken(token)).not.toContain(token);
    expect(generateToken()).not.toBe(token);
  });

  it.each(['', 'secret', 'x'.repeat(64), 'abcabcabcabcabcabcabcabcabcabcabcabc'])('a guessable token is refused: %j', (token) => {
    expect(() => hashToken(token)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  it('a hash matches only its own password', async () => {
    const hash = await hashPassword('correct horse battery');
    expect(isPasswordHash(hash)).toBe(true);
    await expect(isPassword('correct horse battery', hash)).resolves.toBe(true);
    await expect(isPassword('correct horse batterz', hash)).resolves.toBe(false);
  });

  it('a short password is refused, and the error does not contain it', async () => {
    await expect(hashPassword('hunter2')).rejects.toThrow(expect.objectContaining({ message: expect.not.stringContaining('hunter2') }));
  });

  it.each([
    'hunter2',
    'scrypt:65536:8:1:short:short',
    `scrypt:1024:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`,
    `scrypt:65537:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`,
    `scrypt:99999999:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`,
  ])('what is no hash, costs nothing or all the memory, is not taken for one: %s', (text) => {
    expect(isPasswordHash(text)).toBe(false);
  });
});
