import { endOf } from '../../attempt/attempt-end.js';
import type { AttemptEnvironment } from '../../attempt/attempt-environment.js';
import type { Outcome } from '../../attempt/outcome.js';
import { PublishEvents } from '../../attempt/listening/publish-events.js';
import { workerTaskSignal } from '../../attempt/listening/signal-payloads.js';
import { recordOfUnreadable } from '../../attempt/records/make-record.js';
import { TaskQueueError } from '../../errors/task-queue-error.js';
import { UnknownTaskError } from '../../errors/call-errors.js';
import { parkMessage } from '../../message/build-message.js';
import { NO_ATTEMPTS } from '../../message/failed-attempt.js';
import { serializeError } from '../../message/serialize-error.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { Delivery } from '../../ports/broker/consumer.js';
import type { HandlerRegistry } from '../handler-registry.js';
import type { SettleDeliveries } from '../settle/settle-deliveries.js';
import type { WorkerOptions } from '../worker-options.js';

export interface SetAsideDependencies {
  readonly environment: AttemptEnvironment;
  readonly settle: SettleDeliveries;
  readonly handlers: HandlerRegistry;
  readonly options: WorkerOptions;
}

/** Dead-letter reasons of messages that cannot be read, by error code. */
const UNREADABLE: Readonly<Record<string, string>> = {
  CONTENT_NOT_ACCEPTED: 'content_not_accepted',
  CONTENT_UNDECRYPTABLE: 'undecryptable',
  SIGNATURE_INVALID: 'signature_invalid',
};
export const REASON_MALFORMED = 'malformed';
export const REASON_UNKNOWN_TASK = 'unknown_task';

/**
 * Ends messages that this worker cannot run. An unreadable or untrusted message becomes a dead letter. A message of an
 * unknown task is parked first, because in a rolling deploy another worker may know the task.
 */
export class SetAside {
  /** unknown names that were logged already */
  readonly #told = new Set<string>();

  constructor(private readonly deps: SetAsideDependencies) {}

  unreadable(delivery: Delivery, error: unknown): void {
    const reason = (error instanceof TaskQueueError ? UNREADABLE[error.code] : undefined) ?? REASON_MALFORMED;
    const { environment, options } = this.deps;
    const { id, queue } = delivery;
    environment.logger.error('a message cannot be read and becomes a dead letter', { taskId: id, queue, reason, error });
    void environment.listeners?.signals.task_rejected?.({ id, task: null, queue, requeue: false, error, worker: options.name });
    this.#deadLetter(delivery, reason, error, environment.codecs.messages.peek(delivery)?.message);
  }

  unknownTask(delivery: Delivery, message: TaskMessage): void {
    const { environment, options, handlers } = this.deps;
    const { clock, codecs, listeners } = environment;
    const error = new UnknownTaskError(message.task, handlers.names());
    void listeners?.signals.task_unknown?.({ ...workerTaskSignal(message, options.name), error });
    const parked = parkMessage(message, clock.now());
    if (clock.now() - parked.headers.parkedSince! >= options.unknownTaskRetention) {
      return this.#giveUp(delivery, message, error);
    }
    this.#tell(message.task, error);
    const due = { delay: options.unknownTaskDelay };
    this.deps.settle.add({ delivery, kind: 'retry', ...codecs.messages.encode(parked), priority: message.headers.priority, due });
  }

  #tell(task: string, error: UnknownTaskError): void {
    if (this.#told.has(task)) return;
    this.#told.add(task);
    this.deps.environment.logger.warn(`${error.message} Its messages wait for a worker that knows it.`, { task });
  }

  #giveUp(delivery: Delivery, message: TaskMessage, thrown: UnknownTaskError): void {
    const { environment, settle } = this.deps;
    const outcome: Outcome = { kind: 'failure', error: serializeError(thrown), thrown, reason: REASON_UNKNOWN_TASK };
    const { settlement, announced } = endOf(message, outcome, environment, undefined);
    settle.add({ delivery, ...settlement! }, PublishEvents.of(announced, environment.listeners));
  }

  /** @param envelope its readable part, if any */
  #deadLetter(delivery: Delivery, reason: string, thrown: unknown, envelope: TaskMessage | undefined): void {
    const { environment, settle } = this.deps;
    const { ignoreResult = null, attempts = NO_ATTEMPTS, traced = false } = envelope?.headers ?? {};
    const error = serializeError(thrown);
    const record = recordOfUnreadable(delivery.id, envelope, { state: 'FAILURE', error }, environment.clock.now(), environment);
    const result = ignoreResult === true ? {} : { result: { record, expires: environment.resultExpires } };
    settle.add({ delivery, ...result, kind: 'deadLetter', reason, detail: error.message, attempts, traced });
  }
}
