import { withTask, type Recording } from '../../attempt/records/describe-record.js';
import type { Listeners } from '../../attempt/listening/listeners.js';
import type { Outcome } from '../../attempt/outcome.js';
import { PublishNews } from '../../attempt/listening/publish-news.js';
import { workerTaskSignal } from '../../attempt/listening/signal-payloads.js';
import { TaskQueueError } from '../../errors/task-queue-error.js';
import { UnknownTaskError } from '../../errors/call-errors.js';
import { parkMessage } from '../../message/build-message.js';
import { NO_ATTEMPTS, type FailedAttempt } from '../../message/failed-attempt.js';
import type { Codecs } from '../../message/codecs.js';
import { serializeError } from '../../message/serialize-error.js';
import type { TaskHeaders, TaskMessage } from '../../message/task-message.js';
import type { Clock } from '../../ports/runtime/clock.js';
import type { Delivery } from '../../ports/broker/consumer.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';
import type { HandlerRegistry } from '../handler-registry.js';
import type { SettleDeliveries } from '../settle/settle-deliveries.js';
import { settlementOf } from '../settle/settlement-of.js';
import type { WorkerOptions } from '../worker-options.js';

export interface SetAsideDependencies {
  readonly codecs: Codecs;
  readonly settle: SettleDeliveries;
  readonly handlers: HandlerRegistry;
  readonly options: WorkerOptions;
  readonly resultExpires: number;
  readonly recording: Recording | null;
  readonly listeners: Listeners;
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

const NOTHING: Known = { retries: 0, traced: false, ignoreResult: false, attempts: NO_ATTEMPTS };

/** Dead-letter reasons of messages that cannot be taken in, by the code of what is wrong. */
const UNREADABLE: Readonly<Record<string, string>> = {
  CONTENT_NOT_ACCEPTED: 'content_not_accepted',
  CONTENT_UNDECRYPTABLE: 'undecryptable',
  SIGNATURE_INVALID: 'signature_invalid',
};
export const REASON_MALFORMED = 'malformed';
export const REASON_UNKNOWN_TASK = 'unknown_task';

/**
 * Messages that this worker cannot run at all. One that cannot be read, or must not be believed, becomes a dead letter by
 * what its headers say, or by its id alone; one of an unknown task is parked, since in a rolling deploy another worker may know it, and becomes a dead letter after a while.
 */
export class SetAside {
  /** the log tells of each unknown name once */
  readonly #told = new Set<string>();

  constructor(private readonly deps: SetAsideDependencies) {}

  unreadable(delivery: Delivery, error: unknown): void {
    const reason = (error instanceof TaskQueueError ? UNREADABLE[error.code] : undefined) ?? REASON_MALFORMED;
    this.deps.logger.error('a message cannot be taken in and becomes a dead letter', {
      taskId: delivery.id,
      queue: delivery.queue,
      reason,
      error,
    });
    const { listeners, options } = this.deps;
    void listeners.signals.task_rejected?.({
      id: delivery.id,
      task: null,
      queue: delivery.queue,
      requeue: false,
      error,
      worker: options.name,
    });
    this.#deadLetter(delivery, reason, error, this.deps.codecs.messages.peek(delivery)?.message);
  }

  unknownTask(delivery: Delivery, message: TaskMessage): void {
    const { clock, codecs, options, handlers } = this.deps;
    const error = new UnknownTaskError(message.task, handlers.names());
    void this.deps.listeners.signals.task_unknown?.({ ...workerTaskSignal(message, options.name), error });
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
    this.deps.logger.warn(`${error.message} Its messages wait for a worker that knows it.`, { task });
  }

  #giveUp(delivery: Delivery, message: TaskMessage, thrown: UnknownTaskError): void {
    const { clock, codecs, options, resultExpires: expires, recording, listeners, settle } = this.deps;
    const outcome: Outcome = { kind: 'failure', error: serializeError(thrown), thrown, reason: REASON_UNKNOWN_TASK };
    const ignore = message.headers.ignoreResult === true;
    const news = PublishNews.of(listeners);
    const saving = { codecs, at: clock.now(), worker: options.name, expires, ignore, recording, startedAt: null, children: [], news };
    settle.add(settlementOf(delivery, message, outcome, saving)!, news);
  }

  /** @param envelope what can be read of it */
  #deadLetter(delivery: Delivery, reason: string, thrown: unknown, envelope: TaskMessage | undefined): void {
    const { clock, options, resultExpires, recording, settle } = this.deps;
    const of = envelope === undefined ? NOTHING : knownOf(envelope.headers);
    const error = serializeError(thrown);
    const failure = { id: delivery.id, state: 'FAILURE', retries: of.retries, error, at: clock.now(), worker: options.name };
    const record = envelope !== undefined && recording?.searchable === true ? withTask(failure, envelope, null) : failure;
    const result = of.ignoreResult ? {} : { result: { record, expires: resultExpires } };
    settle.add({ delivery, ...result, kind: 'deadLetter', reason, detail: error.message, attempts: of.attempts, traced: of.traced });
  }
}

function knownOf({ retries, traced, ignoreResult, attempts }: TaskHeaders): Known {
  return { retries, traced, ignoreResult: ignoreResult === true, attempts };
}
