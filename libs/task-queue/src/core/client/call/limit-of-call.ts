import { unsupportedBy } from '../../policies/engine-features.js';
import { toInterval } from '../../options/rate.js';
import type { BrokerCapabilities } from '../../ports/broker/capabilities.js';
import type { DeclaredTask } from '../../ports/task/declared-task.js';
import type { RateLimit } from '../../ports/broker/rate-limit.js';

type Declared = Pick<DeclaredTask, 'name' | 'rateLimit'>;

/**
 * What a task's `rateLimit` says to the broker.
 * @param expires epoch ms; null = never
 * @throws InvalidOptionError · UnsupportedOptionError
 */
export function limitOf(task: Declared, expires: number | null, broker: BrokerCapabilities): RateLimit | undefined {
  const intervalMs = intervalOf(task, broker);
  if (intervalMs === undefined) return undefined;
  return expires === null ? { key: task.name, intervalMs } : { key: task.name, intervalMs, expires };
}

/**
 * The milliseconds from one run to the next; undefined = no limit.
 * @throws InvalidOptionError · UnsupportedOptionError
 */
export function intervalOf({ name, rateLimit }: Declared, broker: BrokerCapabilities): number | undefined {
  if (rateLimit === undefined) return undefined;
  const interval = toInterval(rateLimit, 'rateLimit');
  if (!broker.rateLimits) throw unsupportedBy(broker, 'rateLimits', 'rateLimit', `The call of '${name}'`);
  return interval;
}
