import type { SignOptionsInput } from 'nestjs-task-queue';

const may = { id: '2030-05', secret: process.env.TASK_SIGNING_SECRET_MAY! };
const june = { id: '2030-06', secret: process.env.TASK_SIGNING_SECRET_JUNE! };

/** Three deployments. Each must be finished everywhere before the next one starts. */
export const rotation: readonly SignOptionsInput[] = [
  { keys: [may, june] }, // every process knows the new key
  { keys: [june, may] }, // every process uses it
  { keys: [june] }, // when no waiting message is signed with the old key
];
