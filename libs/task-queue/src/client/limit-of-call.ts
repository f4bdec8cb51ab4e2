import { toInterval } from '../policies/rate.js';
import type { Publication } from '../ports/broker.js';
import type { DeclaredTask } from '../ports/declared-task.js';

/**
 * What a task's `rateLimit` says to the broker.
 * @param expires epoch ms; null = never
 * @throws InvalidOptionError
 */
export function limitOf({ name, rateLimit }: Omit<DeclaredTask, 'method'>, expires: number | null): Pick<Publication, 'limit'> | undefined {
  if (rateLimit === undefined) return undefined;
  return { limit: { key: name, intervalMs: toInterval(rateLimit, 'rateLimit'), ...(expires !== null && { expires }) } };
}
