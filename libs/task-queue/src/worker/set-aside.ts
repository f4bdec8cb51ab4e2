import { UnknownTaskError } from '../errors/index.js';
import { parkMessage } from '../message/build-message.js';
import { encodeMessage } from '../message/codec.js';
import { NO_ATTEMPTS, type FailedAttempt } from '../message/failed-attempt.js';
import { serializeError } from '../message/serialize-error.js';
import type { TaskMessage } from '../message/task-message.js';
import type { Clock, Delivery, TaskLogger } from '../ports/index.js';
import type { HandlerRegistry } from './handler-registry.js';
import type { SettleDeliveries } from './settle-deliveries.js';
import type { WorkerOptions } from './worker-options.js';

export interface SetAsideDependencies {
  readonly settle: SettleDeliveries;
  readonly handlers: HandlerRegistry;
  readonly options: WorkerOptions;
  readonly resultExpires: number;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

/** What is known of a message that is not run. */
interface Known {
  readonly retries: number;
  readonly traced: boolean;
  readonly ignoreResult: boolean;
  readonly attempts: readonly FailedAttempt[];
}

export const REASON_MALFORMED = 'malformed';
export const REASON_UNKNOWN_TASK = 'unknown_task';

/**
 * Messages that this worker cannot run at all. An unreadable one becomes a dead letter by its id alone; one of an unknown
 * task is parked, since in a rolling deploy another worker may know it, and becomes a dead letter after a while.
 */
export class SetAside {
  /** the log tells of each unknown name once */
  readonly #told = new Set<string>();

  constructor(private readonly deps: SetAsideDependencies) {}

  malformed(delivery: Delivery, error: unknown): void {
    this.deps.logger.error('a message cannot be read and becomes a dead letter', { taskId: delivery.id, queue: delivery.queue, error });
    this.#deadLetter(delivery, REASON_MALFORMED, error, {
      retries: 0,
      traced: false,
      ignoreResult: false,
      attempts: NO_ATTEMPTS,
    });
  }

  unknownTask(delivery: Delivery, message: TaskMessage): void {
    const { clock, options, handlers } = this.deps;
    const error = new UnknownTaskError(message.task, handlers.names());
    const parked = parkMessage(message, clock.now());
    if (clock.now() - parked.headers.parkedSince! >= options.unknownTaskRetention) {
      const { retries, traced, ignoreResult, attempts } = message.headers;
      return this.#deadLetter(delivery, REASON_UNKNOWN_TASK, error, { retries, traced, ignoreResult: ignoreResult === true, attempts });
    }
    this.#tell(message.task, error);
    const due = { delay: options.unknownTaskDelay };
    this.deps.settle.add({ delivery, kind: 'retry', body: encodeMessage(parked), priority: message.headers.priority, due });
  }

  #tell(task: string, error: UnknownTaskError): void {
    if (this.#told.has(task)) return;
    this.#told.add(task);
    this.deps.logger.warn(`${error.message} Its messages wait for a worker that knows it.`, { task });
  }

  #deadLetter(delivery: Delivery, reason: string, thrown: unknown, of: Known): void {
    const { clock, options, resultExpires, settle } = this.deps;
    const error = serializeError(thrown);
    const record = { id: delivery.id, state: 'FAILURE', retries: of.retries, error, at: clock.now(), worker: options.name };
    const result = of.ignoreResult ? {} : { result: { record, expires: resultExpires } };
    settle.add({ delivery, ...result, kind: 'deadLetter', reason, detail: error.message, attempts: of.attempts, traced: of.traced });
  }
}
