import { AttemptContext, type AttemptSurroundings } from '../../attempt/attempt-context.js';
import { AttemptObserver } from '../../attempt/listening/attempt-observer.js';
import { ignoresOutcome, ignoresResult, outcomeOfThrow } from '../../attempt/decide-outcome.js';
import { withTask, type Recording } from '../../attempt/records/describe-record.js';
import type { Listeners } from '../../attempt/listening/listeners.js';
import type { Outcome } from '../../attempt/outcome.js';
import { PublishNews } from '../../attempt/listening/publish-news.js';
import { workerTaskSignal } from '../../attempt/listening/signal-payloads.js';
import { LeaseLostError } from '../../errors/run-errors.js';
import type { Codecs } from '../../message/codecs.js';
import type { TaskMessage } from '../../message/task-message.js';
import { outsideTransaction } from '../../ports/task/current-transaction.js';
import type { Clock } from '../../ports/runtime/clock.js';
import type { Consumer, Delivery, RecordedSettlement, Settlement } from '../../ports/broker/consumer.js';
import type { Pool } from '../../ports/runtime/pool.js';
import type { ResultBackend } from '../../ports/stores/result-backend.js';
import type { TaskHandler, TransactionsOf } from '../../ports/task/task-handler.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';
import { serializeError } from '../../message/serialize-error.js';
import { isOfEarlierRun, runOnceOf, type Attempt, type RunOnce } from './run-once.js';
import { CallHandler } from './call-handler.js';
import type { EarlyAck } from './early-ack.js';
import type { HandlerRegistry } from '../handler-registry.js';
import { logOutcome } from '../settle/log-outcome.js';
import type { Run } from './run.js';
import type { RunningTasks } from './running-tasks.js';
import type { Saving } from '../settle/saving.js';
import type { SetAside } from './set-aside.js';
import type { SettleDeliveries } from '../settle/settle-deliveries.js';
import { settlementOf } from '../settle/settlement-of.js';
import { verdictBeforeRun } from './verdict.js';
import type { WorkerOptions } from '../worker-options.js';

export interface RunDeliveryDependencies {
  readonly consumer: Consumer;
  readonly results: ResultBackend;
  readonly codecs: Codecs;
  readonly handlers: HandlerRegistry;
  readonly pool: Pool;
  readonly running: RunningTasks;
  readonly settle: SettleDeliveries;
  readonly setAside: SetAside;
  readonly earlyAck: EarlyAck;
  readonly options: WorkerOptions;
  /** ms that results are kept */
  readonly resultExpires: number;
  /** what results tell beyond the outcome; null = nothing */
  readonly recording: Recording | null;
  readonly listeners: Listeners;
  /** of a transactional handler, whose runs leave a record; default: no handler is one */
  readonly transactionsOf?: TransactionsOf | undefined;
  readonly onOutcome?: OutcomeListener | undefined;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

const NO_CHILDREN: readonly string[] = Object.freeze([]);
const LOST: Outcome = Object.freeze({ kind: 'lost' });
const asItIs = (_run: Run, outcome: Outcome): Outcome => outcome;

/** Told how each attempt ended, and what ended without one. */
export type OutcomeListener = (message: TaskMessage, outcome: Outcome) => void;

/**
 * Takes one delivery from its body to its settlement, in the steps of `run`. What must not run (unreadable, exhausted,
 * revoked, expired, unknown here) is settled on the same path, so that results are served in one way.
 */
export class RunDelivery {
  readonly #surroundings: AttemptSurroundings;
  /** of the handlers that somebody watches */
  readonly #observers: ReadonlyMap<TaskHandler, AttemptObserver> | undefined;
  /** of transactional handlers */
  readonly #once: ReadonlyMap<TaskHandler, RunOnce> | undefined;
  readonly #caller: CallHandler;

  constructor(private readonly deps: RunDeliveryDependencies) {
    this.#caller = new CallHandler(deps);
    const { clock, codecs, options, results, resultExpires } = deps;
    this.#observers = observersOf(deps);
    this.#once = runOnceOf(deps.handlers, deps.transactionsOf);
    this.#surroundings = {
      worker: options.name,
      isEager: false,
      codec: codecs.results,
      searchable: deps.recording?.searchable ?? false,
      now: () => clock.now(),
      // What is told on the way is told whatever becomes of the run's transaction.
      saveState: async (record, of) => {
        await outsideTransaction(() => results.save([record], of.resultExpires ?? resultExpires));
      },
    };
  }

  /** Never rejects: what goes wrong here is logged, and the delivery goes back, charged; kept, it would be renewed and never run. */
  async run(delivery: Delivery): Promise<void> {
    try {
      const message = this.#decode(delivery);
      if (message === undefined) return;
      void this.deps.listeners.signals.task_received?.({
        ...workerTaskSignal(message, this.deps.options.name),
        redelivered: delivery.lostLeases > 0,
      });
      const handler = this.deps.handlers.get(message.task);
      const once = handler && this.#once?.get(handler);
      if (once !== undefined) return await this.#runOnce(delivery, message, handler!, once);
      const verdict = verdictBeforeRun(delivery, message, this.#maxDeliveries(handler), this.deps.clock.now());
      if (verdict !== undefined) return await this.#endWithoutRun(delivery, message, verdict, handler);
      if (handler === undefined) return this.deps.setAside.unknownTask(delivery, message);
      if (!this.deps.consumer.holds(delivery)) return this.#letGo(delivery);
      if (!handler.options.acksLate) return await this.#runAckedEarly(delivery, message, handler);
      const run = this.#begin(delivery, message, handler);
      const attempted = this.#attempt(run, handler);
      const outcome = attempted instanceof Promise ? await attempted : attempted;
      this.#settle(delivery, message, outcome, handler, run);
    } catch (error) {
      const { listeners, logger, options, settle } = this.deps;
      logger.error('a delivery could not be handled; it comes again after a while', { taskId: delivery.id, error });
      settle.add({ delivery, kind: 'release', delay: options.lease, charge: true });
      void listeners.signals.task_internal_error?.({ id: delivery.id, queue: delivery.queue, error, worker: options.name });
    }
  }

  /** Past the local deadline nothing is begun; where nobody has taken it meanwhile, it would be renewed here and run nowhere. */
  #letGo = (delivery: Delivery): void => this.deps.settle.add({ delivery, kind: 'release', delay: 0, charge: false });

  /** A transactional task: whatever is to become of it, an earlier run may have committed. */
  async #runOnce(delivery: Delivery, message: TaskMessage, handler: TaskHandler, once: RunOnce): Promise<void> {
    const now = this.deps.clock.now();
    const verdict = verdictBeforeRun(delivery, message, this.#maxDeliveries(handler), now) ?? once.tooOld(message, now);
    if (verdict !== undefined) {
      return this.#endWithoutRun(delivery, message, await once.endWithoutRun(message.id, verdict), handler);
    }
    if (!this.deps.consumer.holds(delivery)) return this.#letGo(delivery);
    const run = this.#begin(delivery, message, handler);
    const ready: { settlement?: Settlement; news?: PublishNews | undefined } = {};
    const outcome = await once.run(message.id, this.#attemptWithin(run, handler, ready));
    if (!isOfEarlierRun(outcome) && !run.abandoned) await this.#observers?.get(handler)?.after(message, run.context, outcome);
    if (outcome.kind !== 'success') return this.#settle(delivery, message, outcome, handler, run);
    this.#tell(message, outcome);
    this.deps.settle.add(ready.settlement!, ready.news);
  }

  /** @param ready takes what is recorded, to be settled just so */
  #attemptWithin(run: Run, handler: TaskHandler, ready: { settlement?: Settlement; news?: PublishNews | undefined }): Attempt {
    const { consumer, clock } = this.deps;
    const { delivery, message, context } = run;
    const mayComeBack = this.#mayComeBack(delivery, handler);
    const outcomeOfError = (error: unknown) => outcomeOfThrow(message, handler.options, context, error, clock.now(), mayComeBack);
    return {
      handle: async () => this.#attempt(run, handler, false),
      settlementOf: (outcome) => {
        if (run.abandoned || !consumer.holds(delivery)) return undefined;
        const saving = this.#saving(message, outcome, handler, run);
        ready.settlement = settlementOf(delivery, message, outcome, saving)!;
        ready.news = saving.news;
        const { delivery: _, ...settlement } = ready.settlement;
        return settlement as RecordedSettlement;
      },
      outcomeOfError,
      outcomeOfLoss: (error) => (mayComeBack ? { kind: 'requeued', error: serializeError(error), thrown: error } : outcomeOfError(error)),
    };
  }

  #decode(delivery: Delivery): TaskMessage | undefined {
    try {
      return this.deps.codecs.messages.decode(delivery);
    } catch (error) {
      this.deps.setAside.unreadable(delivery, error);
      return undefined;
    }
  }

  async #runAckedEarly(delivery: Delivery, message: TaskMessage, handler: TaskHandler): Promise<void> {
    const accepted = await this.deps.settle.now({ delivery, kind: 'ack', traced: message.headers.traced });
    if (!accepted) return;
    const run = this.#begin(delivery, message, handler);
    const outcome = await this.#attempt(run, handler);
    this.#tell(message, outcome);
    await this.deps.earlyAck.publishOutcome(message, outcome, this.#saving(message, outcome, handler, run));
  }

  /**
   * Most attempts are neither watched nor tracked: they make a promise only where their handler did.
   * @param tell whoever watches; false: its end is decided later
   */
  #attempt(run: Run, handler: TaskHandler, tell = true): Outcome | Promise<Outcome> {
    const observer = this.#observers?.get(handler);
    const tracked = handler.options.trackStarted && !ignoresResult(run.message, handler.options);
    this.deps.running.add(run);
    if (!tracked && observer === undefined) return this.#caller.call(run, handler, this.#mayComeBack(run.delivery, handler), this.#end);
    return this.#attemptWatched(run, handler, observer, tracked, tell).finally(() => this.deps.running.remove(run));
  }

  async #attemptWatched(
    run: Run,
    handler: TaskHandler,
    observer: AttemptObserver | undefined,
    tracked: boolean,
    tell: boolean,
  ): Promise<Outcome> {
    const { delivery, message, context } = run;
    if (tracked) await this.#saveStarted(run, handler.options);
    if (observer !== undefined) await outsideTransaction(() => observer.before(message, context));
    this.#lookAgain(run);
    const outcome = await this.#caller.call(run, handler, this.#mayComeBack(delivery, handler), asItIs);
    if (observer !== undefined && tell && !run.abandoned) await observer.after(message, context, outcome);
    return run.abandoned ? LOST : outcome;
  }

  #end = (run: Run, outcome: Outcome): Outcome => {
    this.deps.running.remove(run);
    return run.abandoned ? LOST : outcome;
  };

  /** After a wait: what has passed its local deadline meanwhile is not begun. */
  #lookAgain({ delivery, context, ackedEarly }: Run): void {
    if (ackedEarly || this.deps.consumer.holds(delivery)) return;
    context.abort(new LeaseLostError(delivery.id));
    this.#letGo(delivery);
  }

  /** A state that is only told: a store that cannot be reached keeps nothing from running. */
  async #saveStarted({ message, startedAt }: Run, options: TaskHandler['options']): Promise<void> {
    const { options: worker, recording, logger } = this.deps;
    try {
      const record = { id: message.id, state: 'STARTED', retries: message.headers.retries, at: startedAt, worker: worker.name };
      await this.#surroundings.saveState(recording?.searchable === true ? withTask(record, message, startedAt) : record, options);
    } catch (error) {
      logger.warn('STARTED could not be stored; the task runs all the same', { taskId: message.id, task: message.task, error });
    }
  }

  async #endWithoutRun(delivery: Delivery, message: TaskMessage, verdict: Outcome, handler: TaskHandler | undefined): Promise<void> {
    const observer = handler && this.#observers?.get(handler);
    if (observer !== undefined) await observer.withoutRun(message, this.#begin(delivery, message, handler!).context, verdict);
    this.#settle(delivery, message, verdict, handler);
  }

  #begin(delivery: Delivery, message: TaskMessage, handler: TaskHandler): Run {
    const { queue, priority } = message.headers;
    const startedAt = this.deps.clock.now();
    const limit = message.headers.softTimeLimit ?? this.deps.running.softLimitOf(handler);
    const deliveryInfo = { queue, priority, redelivered: delivery.lostLeases > 0 };
    const context = new AttemptContext(message, handler.options, deliveryInfo, this.#surroundings, startedAt);
    const deadline = limit === null ? undefined : startedAt + limit;
    return { delivery, message, context, startedAt, deadline, ackedEarly: !handler.options.acksLate, abandoned: false };
  }

  #maxDeliveries(handler: TaskHandler | undefined): number {
    return handler?.options.maxDeliveries ?? this.deps.options.maxDeliveries;
  }

  #mayComeBack(delivery: Delivery, handler: TaskHandler): boolean {
    return handler.options.acksLate && delivery.lostLeases + 1 < this.#maxDeliveries(handler);
  }

  /** @param run absent: it ended before it could run */
  #settle(delivery: Delivery, message: TaskMessage, outcome: Outcome, handler: TaskHandler | undefined, run?: Run): void {
    this.#tell(message, outcome);
    const saving = this.#saving(message, outcome, handler, run);
    const settlement = settlementOf(delivery, message, outcome, saving);
    if (settlement !== undefined) this.deps.settle.add(settlement, saving.news);
  }

  #saving(message: TaskMessage, outcome: Outcome, handler: TaskHandler | undefined, run?: Run): Saving {
    return {
      codecs: this.deps.codecs,
      at: this.deps.clock.now(),
      worker: this.deps.options.name,
      expires: handler?.options.resultExpires ?? this.deps.resultExpires,
      ignore: handler === undefined ? message.headers.ignoreResult === true : ignoresOutcome(message, handler.options, outcome),
      recording: this.deps.recording,
      startedAt: run?.startedAt ?? null,
      children: run === undefined ? NO_CHILDREN : run.context.children,
      news: PublishNews.of(this.deps.listeners),
    };
  }

  #tell(message: TaskMessage, outcome: Outcome): void {
    logOutcome(this.deps.logger, message, outcome);
    this.deps.onOutcome?.(message, outcome);
  }
}

function observersOf({ handlers, listeners, options }: RunDeliveryDependencies): ReadonlyMap<TaskHandler, AttemptObserver> | undefined {
  const observers = handlers.handlers().flatMap((handler) => {
    const observer = AttemptObserver.of(handler, listeners, options.onTaskError);
    return observer === undefined ? [] : [[handler, observer] as const];
  });
  return observers.length === 0 ? undefined : new Map(observers);
}
