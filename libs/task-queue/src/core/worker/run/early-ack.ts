import type { AttemptEnd } from '../../attempt/attempt-end.js';
import type { AttemptEnvironment } from '../../attempt/attempt-environment.js';
import { heldBackOf, logHeldBack } from '../../attempt/listening/held-back.js';
import type { PublishEvents } from '../../attempt/listening/publish-events.js';
import { recordOfState } from '../../attempt/records/make-record.js';
import { PublishUncertainError } from '../../errors/publish-errors.js';
import { WorkerShutdownError } from '../../errors/run-errors.js';
import { serializeError } from '../../message/serialize-error.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { Broker } from '../../ports/broker/broker.js';
import type { Delivery, ResultToSave } from '../../ports/broker/consumer.js';
import type { EncodedMessage } from '../../ports/broker/message-format.js';
import type { Publication } from '../../ports/broker/publication.js';
import type { ResultBackend } from '../../ports/stores/result-backend.js';
import type { HandlerRegistry } from '../handler-registry.js';

export interface EarlyAckDependencies {
  readonly broker: Broker;
  readonly handlers: HandlerRegistry;
  readonly results: ResultBackend;
  readonly environment: AttemptEnvironment;
  readonly publishTimeout: number;
}

/**
 * Ends attempts that were acknowledged before they ran. There is no delivery left to settle, so what the settlement
 * contains is published and saved: a retry becomes a new message under the same id.
 */
export class EarlyAck {
  constructor(private readonly deps: EarlyAckDependencies) {}

  async publish(delivery: Delivery, message: TaskMessage, { kind, settlement }: AttemptEnd, events?: PublishEvents): Promise<void> {
    if (kind === 'released') return this.cut(message);
    if (settlement === undefined) return;
    if (settlement.kind === 'retry') await this.#publishAgain(message, settlement, settlement.due, events);
    if (settlement.kind === 'release') await this.#publishAgain(message, delivery, { delay: settlement.delay });
    if (settlement.publish !== undefined) await this.#publishFollowUps(message, settlement.publish, events);
    if (settlement.result !== undefined) await this.#save(settlement.result);
  }

  /** The end of an attempt that a shutdown cut: its message is gone, so it cannot run again. */
  async cut(message: TaskMessage): Promise<void> {
    await this.#saveFailure(message, new WorkerShutdownError());
  }

  async #publishAgain(
    message: TaskMessage,
    { body, headers: outside }: EncodedMessage,
    due: NonNullable<Publication['due']>,
    events?: PublishEvents,
  ): Promise<void> {
    const { broker, environment, publishTimeout } = this.deps;
    const { id, task, headers } = message;
    const { queue, priority } = headers;
    // Not traced: the first publish left the trace of this id, and would have the retry refused.
    const publication = { id, queue, priority, body, ...(outside && { headers: outside }), due, traced: false, ...this.#limitOf(message) };
    try {
      await broker.publish([publication], { timeout: publishTimeout });
      events?.sent();
    } catch (error) {
      const fields = { taskId: id, task, error };
      if (error instanceof PublishUncertainError) {
        // The next run may have been published. A FAILURE now would be final, and would refuse that run's result.
        return environment.logger.error('it is not known whether the next run of an early-acknowledged task was published', fields);
      }
      environment.logger.error('the next run of an early-acknowledged task could not be published; the task ends here', fields);
      await this.#saveFailure(message, error);
    }
  }

  #limitOf({ task, headers }: TaskMessage): Pick<Publication, 'limit'> {
    const intervalMs = this.deps.handlers.get(task)?.options.rateLimit ?? null;
    if (intervalMs === null) return {};
    return { limit: { key: task, intervalMs, ...(headers.expires !== null && { expires: headers.expires }) } };
  }

  /** Nothing could make these messages again, so the log names those that cannot be sent. */
  async #publishFollowUps({ id, task }: TaskMessage, followUps: readonly Publication[], events?: PublishEvents): Promise<void> {
    const { broker, environment, publishTimeout } = this.deps;
    try {
      const heldBack = heldBackOf(followUps, await broker.publish(followUps, { timeout: publishTimeout }));
      logHeldBack(environment.logger, id, followUps, heldBack);
      events?.heldBack(heldBack);
      events?.sent();
    } catch (error) {
      const fields = { taskId: id, task, lost: followUps.map((one) => one.id), error };
      environment.logger.error('the links of an early-acknowledged task could not be published', fields);
    }
  }

  async #saveFailure(message: TaskMessage, thrown: unknown): Promise<void> {
    const { environment } = this.deps;
    const failure = { state: 'FAILURE', error: serializeError(thrown) };
    const record = recordOfState(message, failure, environment.clock.now(), null, environment);
    await this.#save({ record, expires: environment.resultExpires });
  }

  /** Nothing could run it again, so a result that cannot be stored is only logged. */
  async #save({ record, expires }: ResultToSave): Promise<void> {
    try {
      await this.deps.results.save([record], expires);
    } catch (error) {
      const fields = { taskId: record.id, state: record.state, error };
      this.deps.environment.logger.error('the result of an early-acknowledged task could not be stored; it is lost', fields);
    }
  }
}
