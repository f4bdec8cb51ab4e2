import { generateToken, hashPassword, hashToken } from 'nestjs-task-queue/admin';

/** Show the secrets once to their users; configure only the hashes. */
export async function makeCredentials(password: string) {
  const token = generateToken();
  return { token, ADMIN_TOKEN_HASH: hashToken(token), ADA_PASSWORD_HASH: await hashPassword(password) };
}
