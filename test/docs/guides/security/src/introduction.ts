import type { EncryptOptionsInput } from 'nestjs-task-queue';

const key = { id: '2030-05', key: process.env.TASK_ENCRYPTION_KEY! };

/** Two deployments: what comes in without is taken while old processes still send, and then no more. */
export const introduction: readonly EncryptOptionsInput[] = [{ keys: [key], required: false }, { keys: [key] }];
