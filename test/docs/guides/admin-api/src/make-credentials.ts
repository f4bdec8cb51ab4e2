import { generateToken, hashPassword, hashToken } from 'nestjs-task-queue/admin';

/** Shown once, to whoever is to use them; what is configured is their hashes. */
export async function makeCredentials(password: string) {
  const token = generateToken();
  return { token, ADMIN_TOKEN_HASH: hashToken(token), ADA_PASSWORD_HASH: await hashPassword(password) };
}
