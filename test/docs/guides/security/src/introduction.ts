import type { EncryptOptionsInput } from 'nestjs-task-queue';

const key = { id: '2030-05', key: process.env.TASK_ENCRYPTION_KEY! };

/** Two deployments: the first still accepts unprotected messages of old processes, the second does not. */
export const introduction: readonly EncryptOptionsInput[] = [{ keys: [key], required: false }, { keys: [key] }];
