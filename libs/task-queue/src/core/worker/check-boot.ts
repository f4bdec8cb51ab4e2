import { UnknownQueueError } from '../errors/boot-errors.js';
import { UnsupportedOptionError } from '../errors/option-errors.js';
import { checkAccepted } from '../policies/check-serializer.js';
import { unlimitable } from '../policies/check-rate-limit.js';
import type { BrokerCapabilities } from '../ports/broker/capabilities.js';
import type { PoolCapabilities } from '../ports/runtime/pool.js';
import type { WorkerOptions } from './worker-options.js';
import type { HandlerRegistry } from './handler-registry.js';

/**
 * Refuses, before anything is consumed, what this worker's pool or broker cannot honour.
 * @throws UnsupportedOptionError
 */
export function checkCapabilities(handlers: HandlerRegistry, pool: PoolCapabilities, broker: BrokerCapabilities): void {
  for (const { name, options } of handlers.handlers()) {
    const where = `Task '${name}' (${handlers.placeOf(name)})`;
    if (options.timeLimit !== null && !pool.hardTimeLimit) {
      const instead = 'Use softTimeLimit with ctx.signal, or a pool that can end an attempt.';
      throw new UnsupportedOptionError('timeLimit', where, `the '${pool.name}' pool cannot end a running handler`, instead);
    }
    if (options.unique !== null && !broker.unique) {
      const instead = 'Leave it out, or use a broker that has them: memory or Redis.';
      throw new UnsupportedOptionError('unique', where, `the '${broker.name}' broker has no unique keys`, instead);
    }
    if (options.rateLimit !== null && !broker.rateLimits) throw unlimitable(where, broker.name);
    if (options.priority !== null && !broker.priorities) {
      throw new UnsupportedOptionError(
        'priority',
        where,
        `the '${broker.name}' broker has no priorities`,
        'Leave it out, or send to a queue of its own.',
      );
    }
  }
}

/**
 * Refuses a task whose calls this worker would not take in.
 * @throws ContentNotAcceptedError
 */
export function checkSerializers(handlers: HandlerRegistry, accepted: readonly string[]): void {
  for (const { name, options } of handlers.handlers()) {
    if (options.serializer !== null) checkAccepted(options.serializer, accepted, `Task '${name}' (${handlers.placeOf(name)})`);
  }
}

/**
 * Refuses a worker whose queue is neither declared nor used by a task: most likely a typing mistake.
 * @param declared `queues` of TaskQueueModule; undefined = not declared
 * @throws UnknownQueueError
 */
export function checkQueues(
  { queues, excludeQueues }: Pick<WorkerOptions, 'queues' | 'excludeQueues'>,
  declared: readonly string[] | undefined,
  handlers: HandlerRegistry,
  defaultQueue: string,
): void {
  if (declared === undefined) return;
  const used = handlers.handlers().flatMap(({ options }) => options.queue ?? []);
  const known = [...new Set([...declared, defaultQueue, ...used])];
  for (const queue of [...queues, ...excludeQueues]) {
    if (!known.includes(queue)) throw new UnknownQueueError(queue, 'The worker', known);
  }
}
