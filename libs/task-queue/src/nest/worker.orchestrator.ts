import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { createPool } from '../pools/create-pool.js';
import type { Clock, ClockTimer, TaskLogger } from '../ports/index.js';
import { checkCapabilities, checkQueues } from '../worker/check-boot.js';
import type { HandlerRegistry } from '../worker/handler-registry.js';
import { resolveWorkerOptions, type WorkerOptions, type WorkerOptionsInput } from '../worker/worker-options.js';
import { Worker, type WorkerHealth } from '../worker/worker.js';
import { ContextCreators } from './context-creators.js';
import { QueueInstance } from './queue-instance.js';
import { readTaskRole } from './task-role.js';
import { GLOBAL_ENHANCERS, TASK_WORKER_OPTIONS } from './task-worker.options.js';
import { TaskExplorer } from './task.explorer.js';
import { QUEUE_INSTANCE, TASK_CLOCK, TASK_LOGGER } from './tokens.js';
import { workerRun } from './worker-run.js';

/** How long after bootstrap an application may take to listen to signals: it can only do so when bootstrap is over. */
const SIGNAL_CHECK_DELAY = 1_000;

/**
 * Fits a Worker into an application's life: checked when modules are initialized, started by `runWorker` or else at
 * bootstrap, drained before the modules are destroyed that close what its tasks use.
 */
@Injectable()
export class WorkerOrchestrator implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  readonly #run = workerRun.getStore();
  #worker: Worker | undefined;
  #signalCheck: ClockTimer | undefined;

  constructor(
    @Inject(TASK_WORKER_OPTIONS) private readonly input: WorkerOptionsInput,
    @Inject(QUEUE_INSTANCE) private readonly queue: QueueInstance,
    @Inject(GLOBAL_ENHANCERS) globalEnhancers: boolean,
    @Inject(TASK_LOGGER) private readonly logger: TaskLogger,
    @Inject(TASK_CLOCK) private readonly clock: Clock,
    private readonly creators: ContextCreators,
    private readonly explorer: TaskExplorer,
  ) {
    if (globalEnhancers) creators.useGlobals();
  }

  onModuleInit(): void {
    this.creators.checkGlobals();
    this.#worker = this.#prepare(this.explorer.explore());
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.#run !== undefined || readTaskRole() === 'child') return;
    await this.start();
    this.#signalCheck = this.clock.timer(SIGNAL_CHECK_DELAY, () => this.#checkSignals());
  }

  async onModuleDestroy(): Promise<void> {
    this.#signalCheck?.clear();
    await this.stop();
  }

  async start(): Promise<void> {
    await this.#worker?.start();
  }

  /** Takes no more work. */
  async quiet(): Promise<void> {
    await this.#worker?.quiet();
  }

  /** Drains until `drainTimeout`, gives back what is left. */
  async stop(): Promise<void> {
    await this.#worker?.stop();
  }

  /** For liveness probes; undefined until the modules are initialized. */
  health(): WorkerHealth | undefined {
    return this.#worker?.health();
  }

  #prepare(handlers: HandlerRegistry): Worker {
    const { queue, logger, clock } = this;
    const { transport, results } = queue;
    const options = this.#options(handlers);
    const pool = createPool(options.pool, options.concurrency);
    checkCapabilities(handlers, pool.capabilities, transport.broker.capabilities);
    checkQueues(options.queues, queue.options.queues, handlers, queue.options.defaultQueue);
    if (handlers.names().length === 0)
      logger.warn('this worker knows no task: provide the classes that have @Task() methods', { worker: options.name });
    const { resultExpires, publishTimeout } = queue.options;
    return new Worker({ transport, results, handlers, pool, options, resultExpires, publishTimeout, logger, clock });
  }

  #options(handlers: HandlerRegistry): WorkerOptions {
    const ofTasks = handlers.handlers().flatMap(({ options }) => options.queue ?? []);
    const where = this.#run === undefined ? 'TaskWorkerModule.forRoot' : 'The worker';
    return resolveWorkerOptions({ ...this.input, ...this.#run?.options }, [this.queue.options.defaultQueue, ...ofTasks], where);
  }

  #checkSignals(): void {
    if (process.listenerCount('SIGTERM') > 0) return;
    this.logger.warn(
      'nothing listens to SIGTERM, so a deployment would cut running tasks off: ' +
        'call app.enableShutdownHooks(), or start the worker with runWorker()',
    );
  }
}
