import { endOf, type AttemptEnd } from '../../attempt/attempt-end.js';
import type { AttemptEnvironment } from '../../attempt/attempt-environment.js';
import type { DeliveredJob } from '../../attempt/attempt-job.js';
import { PublishEvents } from '../../attempt/listening/publish-events.js';
import { workerTaskSignal } from '../../attempt/listening/signal-payloads.js';
import { earlierRunOr, tooOldToDedup } from '../../attempt/once-only.js';
import type { Outcome } from '../../attempt/outcome.js';
import type { RunAttempt } from '../../attempt/run-attempt.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { Consumer, Delivery } from '../../ports/broker/consumer.js';
import type { Pool } from '../../ports/runtime/pool.js';
import type { TaskHandler } from '../../ports/task/task-handler.js';
import type { TaskTransactions } from '../../ports/task/task-transactions.js';
import type { HandlerRegistry } from '../handler-registry.js';
import type { SettleDeliveries } from '../settle/settle-deliveries.js';
import type { WorkerOptions } from '../worker-options.js';
import type { EarlyAck } from './early-ack.js';
import type { RunningTasks } from './running-tasks.js';
import type { SetAside } from './set-aside.js';
import { verdictBeforeRun } from './verdict.js';

export interface RunDeliveryDependencies {
  readonly consumer: Consumer;
  readonly handlers: HandlerRegistry;
  readonly pool: Pool;
  readonly attempts: RunAttempt;
  readonly environment: AttemptEnvironment;
  readonly running: RunningTasks;
  readonly settle: SettleDeliveries;
  readonly setAside: SetAside;
  readonly earlyAck: EarlyAck;
  readonly options: WorkerOptions;
  readonly onOutcome?: OutcomeListener | undefined;
}

/** Called with the outcome of each attempt in this process, and of each message that ended without one. */
export type OutcomeListener = (message: TaskMessage, outcome: Outcome) => void;

const GIVEN_BACK: Outcome = Object.freeze({ kind: 'lost', begun: true });

/**
 * Takes one delivery from its body to its settlement: decode, verdict, run, settle. A message that must not run (revoked,
 * exhausted, expired) is settled on the same path, so that results are stored in one way.
 */
export class RunDelivery {
  constructor(private readonly deps: RunDeliveryDependencies) {}

  /** Never rejects. On a fault the delivery goes back, charged: kept, its lease would be renewed for work that never runs. */
  async run(delivery: Delivery): Promise<void> {
    let job: DeliveredJob | undefined;
    try {
      const message = this.#decode(delivery);
      if (message === undefined) return;
      this.#tellReceived(delivery, message);
      const { consumer, earlyAck, environment, handlers, pool, running, setAside, settle } = this.deps;
      const handler = handlers.get(message.task);
      const transactions = handler?.options.transactional ? environment.transactionsOf?.(handler) : undefined;
      const verdict = this.#verdict(delivery, message, handler, transactions);
      if (verdict !== undefined) {
        const outcome = transactions === undefined ? verdict : await earlierRunOr(verdict, message.id, transactions);
        return await this.#endWithoutRun(delivery, message, handler, outcome);
      }
      if (handler === undefined) return setAside.unknownTask(delivery, message);
      // The lease may have expired, so the handler is not started.
      if (!consumer.holds(delivery)) return settle.add({ delivery, kind: 'release', delay: 0, charge: false });
      if (!handler.options.acksLate && !(await settle.now({ delivery, kind: 'ack', traced: message.headers.traced }))) return;
      job = this.#jobOf(delivery, message, handler);
      running.add(job);
      const attempted = pool.run(job);
      const end = attempted instanceof Promise ? await attempted : attempted;
      running.remove(job);
      const final = job.abandoned ? endOf(message, GIVEN_BACK, environment, handler.options) : end;
      const events = this.#tell(message, final);
      if (job.ackedEarly) await earlyAck.publish(delivery, message, final, events);
      else if (final.settlement !== undefined) settle.add({ delivery, ...final.settlement }, events);
    } catch (error) {
      if (job !== undefined) this.deps.running.remove(job);
      this.#giveBack(delivery, error);
    }
  }

  #giveBack(delivery: Delivery, error: unknown): void {
    const { environment, options, settle } = this.deps;
    const { id, queue } = delivery;
    environment.logger.error('a delivery could not be handled; its message will be delivered again', { taskId: id, error });
    settle.add({ delivery, kind: 'release', delay: options.lease, charge: true });
    void environment.listeners?.signals.task_internal_error?.({ id, queue, error, worker: options.name });
  }

  #decode(delivery: Delivery): TaskMessage | undefined {
    const { environment, setAside } = this.deps;
    try {
      return environment.codecs.messages.decode(delivery);
    } catch (error) {
      setAside.unreadable(delivery, error);
      return undefined;
    }
  }

  #tellReceived({ lostLeases }: Delivery, message: TaskMessage): void {
    const { environment, options } = this.deps;
    void environment.listeners?.signals.task_received?.({ ...workerTaskSignal(message, options.name), redelivered: lostLeases > 0 });
  }

  /** The outcome of a message that must not run; undefined when it may. */
  #verdict(
    delivery: Delivery,
    message: TaskMessage,
    handler: TaskHandler | undefined,
    transactions: TaskTransactions | undefined,
  ): Outcome | undefined {
    const now = this.deps.environment.clock.now();
    const verdict = verdictBeforeRun(delivery, message, this.#maxDeliveries(handler), now);
    return verdict === undefined && transactions !== undefined ? tooOldToDedup(transactions, message, now) : verdict;
  }

  async #endWithoutRun(delivery: Delivery, message: TaskMessage, handler: TaskHandler | undefined, outcome: Outcome): Promise<void> {
    const { attempts, environment } = this.deps;
    const end =
      handler === undefined
        ? endOf(message, outcome, environment, undefined)
        : await attempts.endWithoutRun(this.#jobOf(delivery, message, handler), handler, outcome);
    const events = this.#tell(message, end);
    if (end.settlement !== undefined) this.deps.settle.add({ delivery, ...end.settlement }, events);
  }

  #jobOf(delivery: Delivery, message: TaskMessage, handler: TaskHandler): DeliveredJob {
    const { consumer, environment, running } = this.deps;
    const { acksLate } = handler.options;
    const startedAt = environment.clock.now();
    const limit = message.headers.softTimeLimit ?? running.softLimitOf(handler);
    return {
      message,
      delivery,
      startedAt,
      deadline: limit === null ? undefined : startedAt + limit,
      ackedEarly: !acksLate,
      mayComeBack: acksLate && delivery.lostLeases + 1 < this.#maxDeliveries(handler),
      lease: consumer,
      abortReason: undefined,
      onAbort: undefined,
      abandoned: false,
    };
  }

  #maxDeliveries(handler: TaskHandler | undefined): number {
    return handler?.options.maxDeliveries ?? this.deps.options.maxDeliveries;
  }

  /** @returns tells listeners about the messages of the settlement, once they are published; undefined = there is no listener */
  #tell(message: TaskMessage, end: AttemptEnd): PublishEvents | undefined {
    const { environment, onOutcome } = this.deps;
    const { level, text, fields } = end.log;
    environment.logger[level](text, fields);
    if (end.outcome !== undefined) onOutcome?.(message, end.outcome);
    return PublishEvents.of(end.announced, environment.listeners);
  }
}
