import type { SignOptionsInput } from 'nestjs-task-queue';

const may = { id: '2030-05', secret: process.env.TASK_SIGNING_SECRET_MAY! };
const june = { id: '2030-06', secret: process.env.TASK_SIGNING_SECRET_JUNE! };

/** Three deployments, each finished everywhere before the next one begins. */
export const rotation: readonly SignOptionsInput[] = [
  { keys: [may, june] }, // everybody knows the new key
  { keys: [june, may] }, // everybody uses it
  { keys: [june] }, // once nothing waits any more that the old one has signed
];
