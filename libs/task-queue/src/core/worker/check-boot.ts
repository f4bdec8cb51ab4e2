import { UnknownQueueError } from '../errors/boot-errors.js';
import { UnsupportedOptionError } from '../errors/option-errors.js';
import { checkAccepted } from '../policies/check-serializer.js';
import { requirePart, unsupportedBy, type KnownBroker } from '../policies/engine-features.js';
import type { CompleteTransport } from '../ports/broker/transport.js';
import type { PoolCapabilities } from '../ports/runtime/pool.js';
import type { WorkerOptions, WorkerOptionsInput } from './worker-options.js';
import type { HandlerRegistry } from './handler-registry.js';

/**
 * Refuses task options that the pool or the broker of this worker does not support.
 * @throws UnsupportedOptionError
 */
export function checkCapabilities(handlers: HandlerRegistry, pool: PoolCapabilities, broker: KnownBroker): void {
  for (const { name, options } of handlers.handlers()) {
    const where = placeOf(handlers, name);
    if (options.timeLimit !== null && !pool.hardTimeLimit) {
      const instead = 'Use softTimeLimit with ctx.signal, or a pool that can end an attempt.';
      throw new UnsupportedOptionError('timeLimit', where, `the '${pool.name}' pool cannot end a running handler`, instead);
    }
    if (options.unique !== null && !broker.unique) throw unsupportedBy(broker, 'unique', 'unique', where);
    if (options.rateLimit !== null && !broker.rateLimits) throw unsupportedBy(broker, 'rateLimits', 'rateLimit', where);
    if (options.priority !== null && !broker.priorities) throw unsupportedBy(broker, 'priorities', 'priority', where);
  }
}

/**
 * Refuses worker options that have no effect with the leases of this broker.
 * @throws UnsupportedOptionError
 */
export function checkLeases({ lease, maxLoopBlock }: WorkerOptionsInput, broker: KnownBroker, where: string): void {
  if (maxLoopBlock !== undefined && broker.leases !== 'renewed') throw unsupportedBy(broker, 'leases', 'maxLoopBlock', where);
  if (lease !== undefined && broker.leases === 'connection') throw unsupportedBy(broker, 'leases', 'lease', where);
}

/**
 * Refuses a task that stores its results when the queue has no store of results.
 * @throws PartMissingError
 */
export function checkResults(handlers: HandlerRegistry, transport: Pick<CompleteTransport, 'missing'>): void {
  for (const { name, options } of handlers.handlers()) {
    if (options.ignoreResult && !options.storeErrorsEvenIfIgnored) continue;
    const place = placeOf(handlers, name);
    requirePart(transport, 'results', `Storing results (${place} does not set 'ignoreResult')`);
  }
}

/**
 * Refuses a task whose calls this worker would not accept.
 * @throws ContentNotAcceptedError
 */
export function checkSerializers(handlers: HandlerRegistry, accepted: readonly string[]): void {
  for (const { name, options } of handlers.handlers()) {
    if (options.serializer !== null) checkAccepted(options.serializer, accepted, placeOf(handlers, name));
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

function placeOf(handlers: HandlerRegistry, name: string): string {
  return `Task '${name}' (${handlers.placeOf(name)})`;
}
