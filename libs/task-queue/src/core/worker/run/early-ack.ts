import { followUpsOf } from '../../attempt/follow-ups.js';
import { withTask, type Recording } from '../../attempt/records/describe-record.js';
import { heldBackOf, logHeldBack } from '../../attempt/listening/held-back.js';
import type { Outcome } from '../../attempt/outcome.js';
import type { PublishNews } from '../../attempt/listening/publish-news.js';
import { PublishUncertainError } from '../../errors/publish-errors.js';
import { WorkerShutdownError } from '../../errors/run-errors.js';
import type { Codecs } from '../../message/codecs.js';
import { serializeError } from '../../message/serialize-error.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { Broker } from '../../ports/broker/broker.js';
import type { Clock } from '../../ports/runtime/clock.js';
import type { Publication } from '../../ports/broker/publication.js';
import type { ResultBackend } from '../../ports/stores/result-backend.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';
import type { HandlerRegistry } from '../handler-registry.js';
import { recordToSave, type Saving } from '../settle/saving.js';
import { retried } from '../settle/settlement-of.js';

export interface EarlyAckDependencies {
  readonly broker: Broker;
  readonly handlers: HandlerRegistry;
  readonly results: ResultBackend;
  readonly codecs: Codecs;
  readonly worker: string;
  readonly resultExpires: number;
  readonly recording: Recording | null;
  readonly publishTimeout: number;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

/**
 * Ends attempts that were acknowledged before they ran. There is no delivery left to settle, so the outcome is published:
 * the result is saved, and a retry is a new message under the same id.
 */
export class EarlyAck {
  constructor(private readonly deps: EarlyAckDependencies) {}

  async publishOutcome(message: TaskMessage, outcome: Outcome, saving: Saving): Promise<void> {
    if (outcome.kind === 'released') return this.cut(message);
    if (outcome.kind === 'retry') await this.#publishAgain(message, retried(message, outcome, saving), outcome.due, saving.news);
    if (outcome.kind === 'snoozed') await this.#publishAgain(message, message, { delay: outcome.delay });
    const followUps = followUpsOf(message, outcome, saving);
    if (followUps.length > 0) await this.#publishFollowUps(message, followUps, saving.news);
    const record = recordToSave(message, outcome, saving, followUps);
    if (record !== null) await this.deps.results.save([record], saving.expires);
  }

  /** The end of an attempt that a shutdown cut: its message is gone, so it cannot run again. */
  async cut(message: TaskMessage): Promise<void> {
    await this.#saveFailure(message, new WorkerShutdownError());
  }

  async #publishAgain(message: TaskMessage, next: TaskMessage, due: NonNullable<Publication['due']>, news?: PublishNews): Promise<void> {
    const { queue, priority } = next.headers;
    // Not traced: the first publish left the trace of this id, and would have the retry refused.
    const publication = {
      id: next.id,
      queue,
      priority,
      ...this.deps.codecs.messages.encode(next),
      due,
      traced: false,
      ...this.#limitOf(next),
    };
    try {
      await this.deps.broker.publish([publication], { timeout: this.deps.publishTimeout });
      news?.sent();
    } catch (error) {
      if (error instanceof PublishUncertainError) return this.#leaveOpen(message, error);
      this.deps.logger.error('the next run of an early-acknowledged task could not be published; the task ends here', {
        taskId: message.id,
        task: message.task,
        error,
      });
      await this.#saveFailure(message, error);
    }
  }

  /** The next run may have been published: a FAILURE now would be final, and refuse what that run ends with. */
  #leaveOpen(message: TaskMessage, error: PublishUncertainError): void {
    const fields = { taskId: message.id, task: message.task, error };
    this.deps.logger.error('it is not known whether the next run of an early-acknowledged task was published', fields);
  }

  #limitOf({ task, headers }: TaskMessage): Pick<Publication, 'limit'> {
    const intervalMs = this.deps.handlers.get(task)?.options.rateLimit ?? null;
    if (intervalMs === null) return {};
    return { limit: { key: task, intervalMs, ...(headers.expires !== null && { expires: headers.expires }) } };
  }

  /** Nothing is left that would make them another time: what cannot be sent is lost, and told. */
  async #publishFollowUps(message: TaskMessage, followUps: readonly Publication[], news: PublishNews | undefined): Promise<void> {
    const { broker, logger, publishTimeout } = this.deps;
    try {
      const heldBack = heldBackOf(followUps, await broker.publish(followUps, { timeout: publishTimeout }));
      logHeldBack(logger, message.id, followUps, heldBack);
      news?.heldBack(heldBack);
      news?.sent();
    } catch (error) {
      const fields = { taskId: message.id, task: message.task, lost: followUps.map(({ id }) => id), error };
      logger.error('the links of an early-acknowledged task could not be published', fields);
    }
  }

  async #saveFailure(message: TaskMessage, thrown: unknown): Promise<void> {
    const { clock, worker, recording } = this.deps;
    const failure = {
      id: message.id,
      state: 'FAILURE',
      retries: message.headers.retries,
      error: serializeError(thrown),
      at: clock.now(),
      worker,
    };
    const { codecs, results, resultExpires } = this.deps;
    const record = recording?.searchable === true ? withTask(failure, message, null) : failure;
    await results.save([codecs.results.seal(record, message.headers)], resultExpires);
  }
}
