import { recordingOf } from '../../core/attempt/records/make-record.js';
import type { ClientOptions } from '../../core/client/options/client-options.js';
import { describeClientOptions } from '../../core/client/options/describe-options.js';
import { createPool } from '../../core/pools/create-pool.js';
import { Annotations } from '../../core/policies/annotations.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { Pool } from '../../core/ports/runtime/pool.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import type { CompleteTransport } from '../../core/ports/broker/transport.js';
import { checkCapabilities, checkLeases, checkQueues, checkResults, checkSerializers } from '../../core/worker/check-boot.js';
import type { HandlerRegistry } from '../../core/worker/handler-registry.js';
import type { OutcomeListener } from '../../core/worker/run/run-delivery.js';
import { resolveWorkerOptions, type WorkerOptions, type WorkerOptionsInput } from '../../core/worker/worker-options.js';
import { Worker } from '../../core/worker/worker.js';
import { refusePublishOptions } from '../metadata/options-factory.js';
import type { QueueInstance } from '../../assembly/queue-instance.js';
import type { TaskExplorer } from '../discovery/task.explorer.js';

export interface WorkerParts {
  readonly queue: QueueInstance;
  readonly explorer: TaskExplorer;
  readonly options: WorkerOptionsInput;
  /** whose options they are, for errors */
  readonly where: string;
  /** default: the queue instance's own */
  readonly transport?: CompleteTransport;
  readonly onOutcome?: OutcomeListener;
  /** called when a command asks it to shut down; default: it stops */
  readonly shutDown?: () => void;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

/**
 * The worker of a queue instance with the handlers of the application; checked, and not started.
 * @throws UnknownOptionError · InvalidOptionError · UnsupportedOptionError · UnknownQueueError
 */
export function prepareWorker({ queue, explorer, options: input, where, logger, clock, ...parts }: WorkerParts): Worker {
  const { transport = queue.transport, onOutcome, shutDown } = parts;
  const { annotations, defaultQueue, resultExpires, publishTimeout } = queue.options;
  const handlers = explorer.explore(annotations, readOverrides(input.tasks, where));
  const ofTasks = handlers.handlers().flatMap(({ options }) => options.queue ?? []);
  const options = resolveWorkerOptions(input, [defaultQueue, ...ofTasks], where);
  const pool = createPool(options.pool, options.concurrency);
  check(handlers, options, pool, transport, queue.options);
  checkLeases(input, { ...transport.broker.capabilities, enginesWith: transport.enginesWith }, where);
  if (handlers.names().length === 0)
    logger.warn('this worker knows no task: provide the classes that have @Task() methods', { worker: options.name });
  return new Worker({
    transport,
    codecs: queue.codecs,
    handlers,
    pool,
    options,
    resultExpires,
    publishTimeout,
    recording: recordingOf(queue.options, transport.results),
    transactionsOf: queue.transactionsOf,
    listeners: explorer.listeners,
    onOutcome,
    configuration: () => describeClientOptions(queue.options),
    shutDown,
    logger,
    clock,
  });
}

/** @throws UnsupportedOptionError · ContentNotAcceptedError · UnknownQueueError */
function check(handlers: HandlerRegistry, options: WorkerOptions, pool: Pool, transport: CompleteTransport, client: ClientOptions): void {
  const { broker, enginesWith } = transport;
  checkCapabilities(handlers, pool.capabilities, { ...broker.capabilities, enginesWith });
  checkResults(handlers, transport);
  checkSerializers(handlers, client.acceptContent);
  checkQueues(options, client.queues, handlers, client.defaultQueue);
}

/** @throws UnknownOptionError · InvalidOptionError · UnsupportedOptionError */
function readOverrides(tasks: WorkerOptionsInput['tasks'], where: string): Annotations | undefined {
  for (const [name, options] of Object.entries(tasks ?? {})) {
    refusePublishOptions(options, `'${name}' in 'tasks' of ${where}`, 'is for this worker alone, and producers do not see it');
  }
  return Annotations.read(tasks, `'tasks' of ${where}`);
}
