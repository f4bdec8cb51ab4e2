import type { AttemptEnvironment } from '../attempt/attempt-environment.js';
import { Listeners } from '../attempt/listening/listeners.js';
import { RunAttempt } from '../attempt/run-attempt.js';
import { LONGEST_TIMER } from '../ports/runtime/clock.js';
import type { Consumer, Delivery, RevokedDelivery } from '../ports/broker/consumer.js';
import type { WorkerSignal } from '../ports/task/signals.js';
import { EarlyAck } from './run/early-ack.js';
import { environmentOf } from './environment-of.js';
import { FetchLoop } from './intake/fetch-loop.js';
import { Prefetch } from './intake/prefetch.js';
import { ControlListener } from './requests/control-listener.js';
import { RunDelivery } from './run/run-delivery.js';
import { RunningTasks } from './run/running-tasks.js';
import { SetAside } from './run/set-aside.js';
import { TransactionRecords } from './run/transaction-records.js';
import { SettleDeliveries } from './settle/settle-deliveries.js';
import { Slots } from './intake/slots.js';
import { queuesAtStart, Subscription } from './intake/subscription.js';
import { upkeepOf, type Upkeep } from './settle/upkeep.js';
import type { WorkerDependencies } from './worker-dependencies.js';

export interface WorkerHealth {
  /** it has started, and neither `quiet` nor `stop` was called */
  readonly consuming: boolean;
  /** epoch ms of the last answer of the broker to a fetch */
  readonly lastReceiveAt: number;
  readonly renewing: boolean; // false: its leases cannot be renewed as they should, so it takes no more tasks for now
  readonly running: number;
}

/** The parts of a worker that consumes. */
interface Actors {
  readonly consumer: Consumer;
  readonly running: RunningTasks;
  readonly settle: SettleDeliveries;
  readonly slots: Slots;
  readonly fetch: FetchLoop;
  readonly earlyAck: EarlyAck;
  readonly subscription: Subscription;
  readonly upkeep: Upkeep | undefined;
  readonly listener: ControlListener;
}

/**
 * Owns the actors of one worker and does no work itself. It starts them, and stops them in two steps: `quiet` takes no
 * more work; `stop` drains until a deadline and gives back unfinished deliveries, with no attempt spent.
 */
export class Worker {
  readonly name: string;
  readonly #listeners: Listeners;
  readonly #environment: AttemptEnvironment;
  readonly #attempts: RunAttempt;
  readonly #records: TransactionRecords;
  #actors: Actors | undefined;
  #starting: Promise<void> | undefined;
  #quieting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;
  // The clock's timers keep no process alive, and a broker may hold no socket: an idle worker must.
  #awake: NodeJS.Timeout | undefined;

  constructor(private readonly deps: WorkerDependencies) {
    this.name = deps.options.name;
    this.#listeners = deps.listeners ?? new Listeners(deps.logger);
    this.#environment = environmentOf(deps, this.#listeners);
    this.#attempts = new RunAttempt(deps.handlers, this.#environment);
    this.#records = new TransactionRecords(deps.handlers, deps.transactionsOf, deps.clock, deps.logger);
  }

  /** Begins to consume. Safe to call twice; after a stop it does nothing. */
  start(): Promise<void> {
    this.#starting ??= this.#stopping === undefined ? this.#start() : Promise.resolve();
    return this.#starting;
  }

  /** Takes no more work. Waiting deliveries go back at once; running tasks continue. */
  quiet(): Promise<void> {
    this.#quieting ??= this.#quiet();
    return this.#quieting;
  }

  /**
   * Ends the worker: waits for running tasks, aborts their signals at the deadline, waits `abortGrace` more, gives back
   * unfinished deliveries.
   * @param deadline ms to wait for running tasks
   */
  stop(deadline: number = this.deps.options.drainTimeout): Promise<void> {
    this.#stopping ??= this.#stop(deadline);
    return this.#stopping;
  }

  /** Resolves when nothing runs here, and all that has ended is settled. */
  async idle(): Promise<void> {
    const actors = this.#actors;
    while (actors !== undefined && (actors.slots.running > 0 || actors.settle.pending > 0)) {
      await actors.slots.idle();
      await actors.settle.drain();
    }
  }

  /** The queues that it consumes now, its direct queue included; none before it has started. */
  get queues(): readonly string[] {
    return this.#actors?.subscription.queues ?? [];
  }

  /** Also consumes this queue, until the worker stops. */
  async addQueue(queue: string): Promise<void> {
    await this.#actors?.subscription.add(queue);
  }

  /** Stops consuming this queue; deliveries that it already holds are finished. */
  async cancelQueue(queue: string): Promise<void> {
    await this.#actors?.subscription.cancel(queue);
  }

  health(): WorkerHealth {
    const consuming = this.#actors !== undefined && this.#quieting === undefined && this.#stopping === undefined;
    const { consumer, slots } = this.#actors ?? {};
    return { consuming, lastReceiveAt: consumer?.lastReceiveAt ?? 0, renewing: consumer?.renewing ?? true, running: slots?.running ?? 0 };
  }

  async #start(): Promise<void> {
    const { transport, pool, options, logger, clock } = this.deps;
    const { signals } = this.#listeners;
    await this.#records.start(pool.concurrency);
    await signals.worker_init?.(this.#signal());
    await pool.start(this.#attempts);
    await signals.worker_process_init?.({ worker: this.name, pid: process.pid });
    const running = new RunningTasks(clock);
    const listener = this.#listener(running);
    await listener.start();
    const consumer = await this.#consume(running).catch(async (error: unknown) => {
      await listener.stop();
      throw error;
    });
    this.#actors = this.#assemble(consumer, running, listener);
    this.#actors.fetch.start();
    this.#actors.upkeep?.start();
    this.#serve(this.#actors);
    this.#awake = setInterval(() => {}, LONGEST_TIMER);
    logger.info('worker is consuming', {
      worker: this.name,
      queues: options.queues,
      concurrency: pool.concurrency,
      broker: transport.broker.capabilities.name,
    });
    await signals.worker_ready?.(this.#signal());
  }

  #consume(running: RunningTasks): Promise<Consumer> {
    const { transport, options } = this.deps;
    return transport.broker.consume(queuesAtStart(options), {
      lease: options.lease,
      maxLoopBlock: options.maxLoopBlock,
      maxWait: options.maxWait,
      events: {
        lost: (deliveries) => this.#lost(deliveries, running),
        revoked: (revoked) => revoked.forEach((one) => this.#revoke(one, running)),
      },
    });
  }

  #assemble(consumer: Consumer, running: RunningTasks, listener: ControlListener): Actors {
    const { transport, handlers, pool, options, publishTimeout, onOutcome, logger, clock } = this.deps;
    const { broker, results } = transport;
    const resultsApart = transport.resultsApart === true || !broker.capabilities.atomicResults;
    const followUpsApart = !broker.capabilities.atomicFollowUps;
    const { failedTasks, upkeep } = upkeepOf({ transport, worker: options.name, logger, clock });
    const apart = { resultsApart, followUpsApart };
    const onSettled = (): void => void (slots.wanted > 0 && fetch.room());
    const settle = new SettleDeliveries({ consumer, broker, results, ...apart, failedTasks, publishTimeout, logger, clock, onSettled });
    const environment = this.#environment;
    const earlyAck = new EarlyAck({ broker, handlers, results, environment, publishTimeout });
    const setAside = new SetAside({ environment, settle, handlers, options });
    const shared = { consumer, handlers, pool, environment, running, settle, options, onOutcome };
    const runDelivery = new RunDelivery({ ...shared, attempts: this.#attempts, setAside, earlyAck });
    const slots: Slots = new Slots({
      concurrency: pool.concurrency,
      prefetch: new Prefetch(pool.concurrency, options.prefetchMultiplier),
      clock,
      unsettled: () => settle.pending,
      run: (delivery) => runDelivery.run(delivery),
      release: (deliveries) => deliveries.forEach((delivery) => settle.add({ delivery, kind: 'release', delay: 0, charge: false })),
      room: () => fetch.room(),
    });
    const fetch = new FetchLoop({ consumer, slots, logger, clock });
    const subscription = new Subscription(consumer, options, logger);
    return { consumer, running, settle, slots, fetch, earlyAck, subscription, upkeep, listener };
  }

  #listener(running: RunningTasks): ControlListener {
    const { transport, logger, clock } = this.deps;
    const revoke = (id: string, terminate: boolean) => this.#revoke({ id, terminate }, running);
    return new ControlListener({ control: transport.control, worker: this.name, revoke, logger, clock });
  }

  #serve(actors: Actors): void {
    const { transport, options, handlers, codecs, pool, clock, configuration, shutDown } = this.deps;
    const { inspector, broker } = transport;
    actors.listener.serve({
      ...{ ...actors, options, handlers, codecs, pool, inspector, broker: broker.capabilities, clock },
      startedAt: clock.now(),
      stopping: () => this.#quieting !== undefined,
      configuration: configuration ?? (() => ({})),
      checkConcurrency: (concurrency) => this.#records.check(concurrency),
      shutDown: shutDown ?? (() => void this.stop()),
    });
  }

  /** A waiting delivery goes back and comes again with its revoke mark, because a revoke is announced only once. */
  #revoke({ id, terminate }: RevokedDelivery, running: RunningTasks): void {
    this.#actors?.slots.release(id);
    if (terminate) running.revoke(id);
  }

  #lost(deliveries: readonly Delivery[], running: RunningTasks): void {
    for (const delivery of deliveries) {
      this.deps.logger.warn('a lease was lost; the task runs again elsewhere', { taskId: delivery.id, queue: delivery.queue });
      running.lose(delivery);
    }
  }

  async #quiet(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    const actors = this.#actors;
    if (actors === undefined) return;
    void this.#listeners.signals.worker_shutting_down?.(this.#signal());
    const fetched = actors.fetch.stop();
    actors.slots.close();
    await fetched;
  }

  async #stop(deadline: number): Promise<void> {
    await this.quiet();
    const actors = this.#actors;
    if (actors !== undefined) {
      await this.#within(deadline, actors.slots.idle());
      await this.#cut(actors);
      await actors.settle.drain();
      await actors.upkeep?.stop();
      actors.running.stop();
      await actors.consumer.close();
      await this.#within(this.deps.options.abortGrace, actors.listener.stop());
    }
    await this.#records.stop();
    await this.deps.pool.stop();
    if (actors !== undefined) await this.#tellTheEnd();
    clearInterval(this.#awake);
    this.deps.logger.info('worker has stopped', { worker: this.name });
  }

  /** A listener that never ends delays the shutdown by `abortGrace`, like a task. */
  async #tellTheEnd(): Promise<void> {
    const { signals } = this.#listeners;
    const tell = async () => {
      await signals.worker_process_shutdown?.({ worker: this.name, pid: process.pid });
      await signals.worker_shutdown?.(this.#signal());
    };
    await this.#within(this.deps.options.abortGrace, tell());
  }

  #signal(): WorkerSignal {
    const { options, pool } = this.deps;
    return { worker: this.name, queues: options.queues, concurrency: pool.concurrency, pool: pool.capabilities.name };
  }

  /** Aborts running tasks, and gives back those that do not end. */
  async #cut({ running, slots, settle, earlyAck }: Actors): Promise<void> {
    const cut = running.shutDown();
    if (cut.length === 0) return;
    this.deps.logger.warn('the drain deadline has passed; running tasks are told to end', { worker: this.name, running: cut.length });
    await this.#within(this.deps.options.abortGrace, slots.idle());
    for (const { ackedEarly, delivery, message } of running.abandon()) {
      if (ackedEarly) await earlyAck.cut(message);
      else settle.add({ delivery, kind: 'release', delay: 0, charge: false });
    }
  }

  async #within(ms: number, done: Promise<unknown>): Promise<void> {
    let clear = () => {};
    const timeout = new Promise<void>((resolve) => {
      const timer = this.deps.clock.timer(ms, resolve);
      clear = () => timer.clear();
    });
    await Promise.race([done, timeout]);
    clear();
  }
}
