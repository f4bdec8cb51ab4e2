import { createPool } from '../pools/create-pool.js';
import type { Clock, TaskLogger, Transport } from '../ports/index.js';
import { checkCapabilities, checkQueues } from '../worker/check-boot.js';
import type { HandlerRegistry } from '../worker/handler-registry.js';
import type { OutcomeListener } from '../worker/run-delivery.js';
import { resolveWorkerOptions, type WorkerOptionsInput } from '../worker/worker-options.js';
import { Worker } from '../worker/worker.js';
import type { QueueInstance } from './queue-instance.js';

export interface WorkerParts {
  readonly queue: QueueInstance;
  readonly handlers: HandlerRegistry;
  readonly options: WorkerOptionsInput;
  /** whose options they are, for errors */
  readonly where: string;
  /** default: the queue instance's own */
  readonly transport?: Transport;
  readonly onOutcome?: OutcomeListener;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

/**
 * A worker on a queue instance, with an application's handlers; checked, and not started.
 * @throws UnknownOptionError · InvalidOptionError · UnsupportedOptionError · UnknownQueueError
 */
export function prepareWorker({ queue, handlers, options: input, where, onOutcome, logger, clock, ...parts }: WorkerParts): Worker {
  const transport = parts.transport ?? queue.transport;
  const { defaultQueue, queues, resultExpires, publishTimeout } = queue.options;
  const ofTasks = handlers.handlers().flatMap(({ options }) => options.queue ?? []);
  const options = resolveWorkerOptions(input, [defaultQueue, ...ofTasks], where);
  const pool = createPool(options.pool, options.concurrency);
  checkCapabilities(handlers, pool.capabilities, transport.broker.capabilities);
  checkQueues(options.queues, queues, handlers, defaultQueue);
  if (handlers.names().length === 0)
    logger.warn('this worker knows no task: provide the classes that have @Task() methods', { worker: options.name });
  return new Worker({
    transport,
    // Results of the broker's own store are settled with their deliveries, also by a transport that stands before it.
    results: queue.results === queue.transport.results ? transport.results : queue.results,
    handlers,
    pool,
    options,
    resultExpires,
    publishTimeout,
    onOutcome,
    logger,
    clock,
  });
}
