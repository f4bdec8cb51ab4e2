import { AttemptContext, type AttemptSurroundings } from '../attempt/attempt-context.js';
import { ignoresOutcome, ignoresResult, outcomeOfReturn, outcomeOfThrow } from '../attempt/decide-outcome.js';
import type { Outcome } from '../attempt/outcome.js';
import { decodeMessage } from '../message/codec.js';
import type { TaskMessage } from '../message/task-message.js';
import {
  currentTask,
  type Clock,
  type Consumer,
  type Delivery,
  type Pool,
  type ResultBackend,
  type TaskHandler,
  type TaskLogger,
} from '../ports/index.js';
import type { EarlyAck } from './early-ack.js';
import type { HandlerRegistry } from './handler-registry.js';
import { logOutcome } from './log-outcome.js';
import type { Run } from './run.js';
import type { RunningTasks } from './running-tasks.js';
import type { SetAside } from './set-aside.js';
import type { SettleDeliveries } from './settle-deliveries.js';
import { settlementOf } from './settlement-of.js';
import { verdictBeforeRun } from './verdict.js';
import type { WorkerOptions } from './worker-options.js';

export interface RunDeliveryDependencies {
  readonly consumer: Consumer;
  readonly results: ResultBackend;
  readonly handlers: HandlerRegistry;
  readonly pool: Pool;
  readonly running: RunningTasks;
  readonly settle: SettleDeliveries;
  readonly setAside: SetAside;
  readonly earlyAck: EarlyAck;
  readonly options: WorkerOptions;
  /** ms that results are kept */
  readonly resultExpires: number;
  readonly onOutcome?: OutcomeListener | undefined;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

/** Told how each attempt ended, and what ended without one. */
export type OutcomeListener = (message: TaskMessage, outcome: Outcome) => void;

/**
 * Takes one delivery from its body to its settlement, in the steps of `run`. What must not run (unreadable, exhausted,
 * revoked, expired, unknown here) is settled on the same path, so that results are served in one way.
 */
export class RunDelivery {
  readonly #surroundings: AttemptSurroundings;

  constructor(private readonly deps: RunDeliveryDependencies) {
    const { clock, options, results, resultExpires } = deps;
    this.#surroundings = {
      worker: options.name,
      isEager: false,
      now: () => clock.now(),
      saveState: async (record) => void (await results.save([record], resultExpires)),
    };
  }

  /** Never rejects: what goes wrong here is logged, and the delivery left to its lease. */
  async run(delivery: Delivery): Promise<void> {
    try {
      const message = this.#decode(delivery);
      if (message === undefined) return;
      const handler = this.deps.handlers.get(message.task);
      const verdict = verdictBeforeRun(delivery, message, this.#maxDeliveries(handler), this.deps.clock.now());
      if (verdict !== undefined) return this.#settle(delivery, message, verdict, handler);
      if (handler === undefined) return this.deps.setAside.unknownTask(delivery, message);
      if (!this.deps.consumer.holds(delivery)) return;
      if (!handler.options.acksLate) return await this.#runAckedEarly(delivery, message, handler);
      const outcome = await this.#attempt(delivery, message, handler);
      this.#settle(delivery, message, outcome, handler);
    } catch (error) {
      this.deps.logger.error('a delivery could not be handled; it is delivered again when its lease runs out', {
        taskId: delivery.id,
        error,
      });
    }
  }

  #decode(delivery: Delivery): TaskMessage | undefined {
    try {
      return decodeMessage(delivery.id, delivery.body);
    } catch (error) {
      this.deps.setAside.malformed(delivery, error);
      return undefined;
    }
  }

  async #runAckedEarly(delivery: Delivery, message: TaskMessage, handler: TaskHandler): Promise<void> {
    const accepted = await this.deps.settle.now({ delivery, kind: 'ack', traced: message.headers.traced });
    if (!accepted) return;
    const outcome = await this.#attempt(delivery, message, handler);
    this.#tell(message, outcome);
    await this.deps.earlyAck.publishOutcome(message, outcome, ignoresOutcome(message, handler.options, outcome));
  }

  async #attempt(delivery: Delivery, message: TaskMessage, handler: TaskHandler): Promise<Outcome> {
    const { clock, pool, running, results, resultExpires } = this.deps;
    const run = this.#begin(delivery, message, handler);
    const { context } = run;
    if (handler.options.trackStarted && !ignoresResult(message, handler.options)) {
      const record = { id: message.id, state: 'STARTED', retries: message.headers.retries, at: run.startedAt, worker: context.worker };
      await results.save([record], resultExpires);
    }
    running.add(run);
    try {
      const value: unknown = await currentTask.run(context, () => pool.run(handler, message.args, context));
      return run.abandoned ? { kind: 'lost' } : outcomeOfReturn(message, handler.options, value);
    } catch (thrown) {
      return run.abandoned
        ? { kind: 'lost' }
        : outcomeOfThrow(message, handler.options, context, thrown, clock.now(), this.#mayComeBack(delivery, handler));
    } finally {
      running.remove(run);
    }
  }

  #begin(delivery: Delivery, message: TaskMessage, handler: TaskHandler): Run {
    const { queue, priority } = message.headers;
    const startedAt = this.deps.clock.now();
    const limit = message.headers.softTimeLimit ?? handler.options.softTimeLimit;
    const deliveryInfo = { queue, priority, redelivered: delivery.lostLeases > 0 };
    const context = new AttemptContext(message, handler.options, deliveryInfo, this.#surroundings);
    const deadline = limit === null ? undefined : startedAt + limit;
    return { delivery, message, context, startedAt, deadline, ackedEarly: !handler.options.acksLate, abandoned: false };
  }

  #maxDeliveries(handler: TaskHandler | undefined): number {
    return handler?.options.maxDeliveries ?? this.deps.options.maxDeliveries;
  }

  #mayComeBack(delivery: Delivery, handler: TaskHandler): boolean {
    return handler.options.acksLate && delivery.lostLeases + 1 < this.#maxDeliveries(handler);
  }

  #settle(delivery: Delivery, message: TaskMessage, outcome: Outcome, handler: TaskHandler | undefined): void {
    this.#tell(message, outcome);
    const settlement = settlementOf(delivery, message, outcome, {
      at: this.deps.clock.now(),
      worker: this.deps.options.name,
      expires: this.deps.resultExpires,
      ignore: handler === undefined ? message.headers.ignoreResult === true : ignoresOutcome(message, handler.options, outcome),
    });
    if (settlement !== undefined) this.deps.settle.add(settlement);
  }

  #tell(message: TaskMessage, outcome: Outcome): void {
    logOutcome(this.deps.logger, message, outcome);
    this.deps.onOutcome?.(message, outcome);
  }
}
