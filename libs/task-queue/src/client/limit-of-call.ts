import { toInterval } from '../policies/rate.js';
import type { DeclaredTask } from '../ports/declared-task.js';
import type { RateLimit } from '../ports/rate-limit.js';

/**
 * What a task's `rateLimit` says to the broker.
 * @param expires epoch ms; null = never
 * @throws InvalidOptionError
 */
export function limitOf({ name, rateLimit }: Omit<DeclaredTask, 'method'>, expires: number | null): RateLimit | undefined {
  if (rateLimit === undefined) return undefined;
  return { key: name, intervalMs: toInterval(rateLimit, 'rateLimit'), ...(expires !== null && { expires }) };
}
