import { Inject, Injectable, Optional, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { BeatHealth } from '../../core/beat/beat.js';
import type { TaskClient } from '../../core/client/task-client.js';
import type { Clock, ClockTimer } from '../../core/ports/runtime/clock.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import type { WorkerOptionsInput } from '../../core/worker/worker-options.js';
import type { Worker, WorkerHealth } from '../../core/worker/worker.js';
import { ContextCreators } from '../invocation/context-creators.js';
import { PeriodicExplorer } from '../discovery/periodic.explorer.js';
import { InstanceBeat } from './prepare-beat.js';
import { openRelay } from '../../assembly/open-relay.js';
import { prepareWorker } from './prepare-worker.js';
import { QueueInstance } from '../../assembly/queue-instance.js';
import { registryClock } from './registry-clock.js';
import { STAND_IN, type StandIn } from '../tokens/stand-in.js';
import { readTaskRole } from '../tokens/task-role.js';
import { getTaskClientToken, GLOBAL_ENHANCERS, QUEUE_INSTANCE, TASK_CLOCK, TASK_LOGGER, TASK_WORKER_OPTIONS } from '../tokens/tokens.js';
import { TaskExplorer } from '../discovery/task.explorer.js';
import { workerRun } from './worker-run.js';

/** ms after bootstrap until the application must listen to signals. It cannot do so earlier. */
const SIGNAL_CHECK_DELAY = 1_000;

/**
 * Runs a Worker in the lifecycle of an application: it is checked when modules are initialized, started by `runWorker` or at
 * bootstrap, and drained before the modules that its tasks use are destroyed.
 */
@Injectable()
export class WorkerOrchestrator implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
  readonly #run = workerRun.getStore();
  #worker: Worker | undefined;
  #relay: ReturnType<typeof openRelay>;
  #beat: InstanceBeat | undefined;
  #signalCheck: ClockTimer | undefined;

  constructor(
    @Inject(TASK_WORKER_OPTIONS) private readonly input: WorkerOptionsInput,
    @Inject(QUEUE_INSTANCE) private readonly queue: QueueInstance,
    @Inject(GLOBAL_ENHANCERS) globalEnhancers: boolean,
    @Inject(TASK_LOGGER) private readonly logger: TaskLogger,
    @Inject(TASK_CLOCK) private readonly clock: Clock,
    private readonly creators: ContextCreators,
    private readonly explorer: TaskExplorer,
    private readonly periodics: PeriodicExplorer,
    private readonly modules: ModuleRef,
    @Optional() @Inject(STAND_IN) private readonly standIn?: StandIn,
  ) {
    if (globalEnhancers) creators.useGlobals();
    standIn?.worker(queue, input);
  }

  async onModuleInit(): Promise<void> {
    this.creators.checkGlobals();
    const { input, queue, explorer, logger, clock } = this;
    const where = this.#run === undefined ? 'TaskWorkerModule.forRoot' : 'The worker';
    const options = { ...input, ...this.#run?.options };
    const { listeners } = explorer;
    this.#worker = prepareWorker({
      queue,
      explorer,
      options,
      where,
      shutDown: this.#run?.shutDown ?? (() => void this.stop()),
      logger,
      clock,
    });
    this.#relay = openRelay({ queue, listeners, logger, clock });
    if (options.beat === true || this.#run?.beatOnly === true) await this.#prepareBeat();
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.#run !== undefined || this.standIn !== undefined || readTaskRole() === 'child') return;
    await this.start();
    this.#signalCheck = this.clock.timer(SIGNAL_CHECK_DELAY, () => this.#checkSignals());
  }

  async onModuleDestroy(): Promise<void> {
    this.#signalCheck?.clear();
    await this.stop();
  }

  async start(): Promise<void> {
    if (this.#run?.beatOnly !== true) await this.#worker?.start();
    this.#relay?.start();
    await this.#beat?.start();
  }

  /** Stops fetching and scheduling. */
  async quiet(): Promise<void> {
    await this.#beat?.stop();
    await this.#worker?.quiet();
  }

  /** Drains until `drainTimeout`, then gives back unfinished deliveries. */
  async stop(): Promise<void> {
    await this.#beat?.stop();
    // The relay runs while the worker drains: running tasks may still send.
    await this.#worker?.stop();
    await this.#relay?.stop();
  }

  /** For liveness probes; undefined until the modules are initialized. */
  health(): WorkerHealth | undefined {
    return this.#worker?.health();
  }

  /** The health of the beat of this process; undefined without a beat. */
  beatHealth(): BeatHealth | undefined {
    return this.#beat?.health();
  }

  async #prepareBeat(): Promise<void> {
    const { queue, periodics, modules, logger, explorer } = this;
    const client = modules.get<TaskClient>(getTaskClientToken(queue.name), { strict: false });
    const clock = await registryClock(this.clock, modules, `task-queue:beat:${queue.name}`);
    this.#beat = new InstanceBeat({ queue, client, periodics, listeners: explorer.listeners, logger, clock });
  }

  #checkSignals(): void {
    if (process.listenerCount('SIGTERM') > 0) return;
    this.logger.warn(
      'nothing listens to SIGTERM, so a deployment would cut running tasks off: ' +
        'call app.enableShutdownHooks(), or start the worker with runWorker()',
    );
  }
}
