import type { Outcome } from '../attempt/outcome.js';
import { recordOf } from '../attempt/record-of.js';
import { WorkerShutdownError } from '../errors/index.js';
import { encodeMessage } from '../message/codec.js';
import { serializeError } from '../message/serialize-error.js';
import type { TaskMessage } from '../message/task-message.js';
import type { Broker, Clock, Publication, ResultBackend, TaskLogger } from '../ports/index.js';

export interface EarlyAckDependencies {
  readonly broker: Broker;
  readonly results: ResultBackend;
  readonly worker: string;
  readonly resultExpires: number;
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

  async publishOutcome(message: TaskMessage, outcome: Outcome, ignoreResult: boolean): Promise<void> {
    if (outcome.kind === 'released') return this.cut(message);
    if (outcome.kind === 'retry') await this.#publishAgain(message, outcome.next, outcome.due);
    if (outcome.kind === 'snoozed') await this.#publishAgain(message, message, { delay: outcome.delay });
    const record = ignoreResult ? null : recordOf(message, outcome, this.deps.clock.now(), this.deps.worker);
    if (record !== null) await this.deps.results.save([record], this.deps.resultExpires);
  }

  /** The end of an attempt that a shutdown cut: its message is gone, so it cannot run again. */
  async cut(message: TaskMessage): Promise<void> {
    await this.#saveFailure(message, new WorkerShutdownError());
  }

  async #publishAgain(message: TaskMessage, next: TaskMessage, due: NonNullable<Publication['due']>): Promise<void> {
    const { queue, priority } = next.headers;
    // Not traced: the first publish left the trace of this id, and would have the retry refused.
    const publication = { id: next.id, queue, priority, body: encodeMessage(next), due, traced: false };
    try {
      await this.deps.broker.publish([publication], { timeout: this.deps.publishTimeout });
    } catch (error) {
      this.deps.logger.error('the next run of an early-acknowledged task could not be published; the task ends here', {
        taskId: message.id,
        task: message.task,
        error,
      });
      await this.#saveFailure(message, error);
    }
  }

  async #saveFailure(message: TaskMessage, thrown: unknown): Promise<void> {
    const { clock, results, resultExpires, worker } = this.deps;
    const record = {
      id: message.id,
      state: 'FAILURE',
      retries: message.headers.retries,
      error: serializeError(thrown),
      at: clock.now(),
      worker,
    };
    await results.save([record], resultExpires);
  }
}
