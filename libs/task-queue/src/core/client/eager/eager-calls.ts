import { logHeldBack } from '../../attempt/listening/held-back.js';
import type { Listeners } from '../../attempt/listening/listeners.js';
import { recordingOf } from '../../attempt/records/make-record.js';
import { runEagerly, type EagerRun } from '../../attempt/run-eagerly.js';
import { TaskNotLocalError } from '../../errors/call-errors.js';
import { TaskNotUniqueError } from '../../errors/publish-errors.js';
import { TaskFailedError } from '../../errors/result-errors.js';
import { TaskRevokedError } from '../../errors/run-errors.js';
import type { Codecs } from '../../message/codecs.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { Publication, PublishReceipt } from '../../ports/broker/publication.js';
import type { Clock } from '../../ports/runtime/clock.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';
import type { ResultBackend } from '../../ports/stores/result-backend.js';
import { currentTask } from '../../ports/task/current-task.js';
import type { TaskHandler, TransactionsOf } from '../../ports/task/task-handler.js';
import type { LaunchedCall } from '../call/launch-call.js';
import type { ClientOptions } from '../options/client-options.js';
import type { OnSent } from '../publish/around-publishing.js';
import { EagerKeys } from './eager-keys.js';

export interface EagerDependencies {
  readonly options: ClientOptions;
  readonly codecs: Codecs;
  readonly transport: { readonly results: ResultBackend };
  readonly listeners?: Listeners | undefined;
  readonly onSent?: OnSent | undefined;
  readonly clock: Clock;
  readonly logger: TaskLogger;
  localHandler(name: string): TaskHandler | undefined;
  readonly transactionsOf?: TransactionsOf | undefined;
}

/** Runs calls in this process, without a broker: eager mode, and `apply()`. */
export class EagerCalls {
  readonly #keys: EagerKeys;

  constructor(private readonly deps: EagerDependencies) {
    this.#keys = new EagerKeys(deps.clock);
  }

  /**
   * Runs a call and its links, in place of publishing it.
   * @param taken called when its unique key is taken, before it runs
   * @throws TaskNotUniqueError · TaskNotLocalError, and with `eagerPropagates` the error of the task
   */
  async send({ message, publication }: LaunchedCall, taken: (id: string) => void): Promise<PublishReceipt> {
    const receipt = this.#keys.take(publication);
    const { id, deduplicated, refused } = receipt;
    if (refused !== undefined) throw new TaskNotUniqueError(id, publication.unique!.key, refused.holder);
    taken(id);
    if (!deduplicated) await this.#runAndSave(message, publication);
    return receipt;
  }

  /**
   * Runs one message and stores nothing.
   * @returns the result of the task
   * @throws TaskNotLocalError · TaskRevokedError, and the error of the task
   */
  async apply(message: TaskMessage): Promise<unknown> {
    const { record: stored, thrown } = await this.#run(message);
    const record = this.deps.codecs.results.open(stored);
    if (record.state === 'SUCCESS' || record.state === 'IGNORED') return record.result;
    if (record.state === 'REVOKED') throw new TaskRevokedError(record.id, record.error?.message ?? 'before it ran');
    throw thrown ?? new TaskFailedError(record.id, record.error!);
  }

  async #runAndSave(message: TaskMessage, publication: Publication): Promise<void> {
    const { onSent, transport, options } = this.deps;
    onSent?.(message, publication);
    const { record, thrown, followUps } = await this.#run(message).finally(() => this.#keys.free(publication));
    await transport.results.save([record], options.resultExpires);
    for (const next of followUps) await this.#follow(message.id, next);
    if (record.state === 'FAILURE' && options.eagerPropagates) throw thrown;
  }

  /** Links run immediately. They are not recorded as children of the caller. */
  async #follow(parent: string, publication: Publication): Promise<void> {
    const receipt = this.#keys.take(publication);
    if (receipt.deduplicated || receipt.refused) {
      return logHeldBack(this.deps.logger, parent, [publication], [{ followUp: publication.id, receipt }]);
    }
    const message = this.deps.codecs.messages.decode(publication);
    await currentTask.exit(() => this.#runAndSave(message, publication));
  }

  async #run(message: TaskMessage): Promise<EagerRun> {
    const { clock, transport, codecs, options, listeners, localHandler, transactionsOf, logger } = this.deps;
    const { results } = transport;
    const handler = localHandler(message.task);
    if (handler === undefined) throw new TaskNotLocalError(message.task);
    const { resultExpires } = options;
    return runEagerly(handler, message, {
      ...{ codecs, resultExpires, listeners, transactionsOf, logger, clock },
      recording: recordingOf(options, results),
      saveState: async (record) => void (await results.save([record], resultExpires)),
    });
  }
}
