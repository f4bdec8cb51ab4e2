import { v5 } from 'uuid';
import type { CallOptions } from '../../canvas/call-options.js';

/** Ids of idempotency keys are made in this namespace. Another one would make other ids of keys that were used. */
const NAMESPACE = '0b9c3e7e-61b4-4d5a-9a53-6a1d2a7c94f0';

/** The id that the caller chose, as such or by an idempotency key of the task; undefined = a fresh one. */
export function chosenId(task: string, { taskId, idempotencyKey }: CallOptions): string | undefined {
  return idempotencyKey === undefined ? taskId : v5(JSON.stringify([task, idempotencyKey]), NAMESPACE);
}
