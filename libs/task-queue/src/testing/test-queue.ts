import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { TaskClient } from '../core/client/task-client.js';
import { describeContract, type TaskArgsOf, type TaskContract, type TaskName, type TaskProxy } from '../core/client/task-types.js';
import { UnknownTaskMethodError } from '../core/errors/call-errors.js';
import { prepareWorker } from '../nest/lifecycle/prepare-worker.js';
import type { QueueInstance } from '../assembly/queue-instance.js';
import { STAND_IN } from '../nest/tokens/stand-in.js';
import { getTaskClientToken, TASK_LOGGER } from '../nest/tokens/tokens.js';
import { describeTasks } from '../nest/metadata/task-metadata.accessor.js';
import { TaskExplorer } from '../nest/discovery/task.explorer.js';
import type { DeclaredTask } from '../core/ports/task/declared-task.js';
import type { TaskLogger } from '../core/ports/runtime/logger.js';
import type { WorkerOptionsInput } from '../core/worker/worker-options.js';
import { Drainer, type Drained } from './drain/drainer.js';
import type { DrainOptions, DrainReport } from './drain/drain-report.js';
import type { ExpectableArgs } from './expectations/matches.js';
import { refuseSent, SentExpectation, type Expected } from './expectations/sent-expectation.js';
import type { SentTask } from './expectations/sent-task.js';
import type { FakeClock } from './fake-clock.js';
import { TEST_WORKER_OPTIONS } from './testing-options.js';
import { TestStage } from './test-stage.js';

/** A class of tasks, or its contract. */
// oxlint-disable-next-line typescript/no-explicit-any -- a constructor may take anything
export type TaskTarget<T, K> = (abstract new (...args: any[]) => T) | TaskContract<T, K>;

/** The arguments of the task method K of T. */
export type ArgsOf<T, K> = K extends keyof TaskProxy<T>
  ? TaskProxy<T>[K] extends { delay(...args: infer A): unknown }
    ? A
    : never
  : never;

/**
 * The queue of an application under test: lists the sent tasks, and runs them on demand.
 * @example const queue = app.get(TestQueue)
 */
@Injectable()
export class TestQueue implements OnModuleDestroy {
  readonly #drainer = new Drainer();
  readonly #drained = new Map<QueueInstance, Drained>();

  constructor(
    @Inject(STAND_IN) private readonly stage: TestStage,
    @Inject(TEST_WORKER_OPTIONS) private readonly worker: WorkerOptionsInput,
    @Inject(TASK_LOGGER) private readonly logger: TaskLogger,
    private readonly explorer: TaskExplorer,
    private readonly moduleRef: ModuleRef,
  ) {
    stage.onSent = () => this.#drainer.moveOn();
  }

  /** The clock of the queue. It moves only when the test advances it. */
  get clock(): FakeClock {
    return this.stage.clock;
  }

  /** Runs all due tasks with the application's handlers, including those that they send and retry, until no task is due. */
  drain(options: DrainOptions = {}): Promise<DrainReport> {
    return this.#drainer.drain(
      this.stage.instances.map((instance) => this.#drainedOf(instance)),
      options,
    );
  }

  /**
   * Expects that the task was sent at least once.
   * @example queue.expectSent(PostTasks, 'sendPostEmail').with(post.id).once()
   * @throws AssertionError that lists the calls that were sent instead
   */
  expectSent<T, K extends keyof TaskProxy<T> & string>(target: TaskTarget<T, K>, method: K): SentExpectation<ArgsOf<T, K>>;
  expectSent<const N extends TaskName>(name: N): SentExpectation<TaskArgsOf<N>>;
  expectSent(target: object | string, method?: string): SentExpectation<never> {
    return new SentExpectation(this.#expected(target, method));
  }

  /** Expects that the task was not sent at all, or not with these arguments. */
  expectNotSent<T, K extends keyof TaskProxy<T> & string>(target: TaskTarget<T, K>, method: K, args?: ExpectableArgs<ArgsOf<T, K>>): void;
  expectNotSent<const N extends TaskName>(name: N, args?: ExpectableArgs<TaskArgsOf<N>>): void;
  expectNotSent(target: object | string, second?: unknown, third?: readonly unknown[]): void {
    if (typeof target === 'string') return refuseSent(this.#expected(target), second as readonly unknown[] | undefined);
    refuseSent(this.#expected(target, second as string), third);
  }

  /** The calls by the application and its tasks, in order. Retries are not calls. */
  sent(): readonly SentTask[] {
    return [...this.stage.calls];
  }

  /** Clears the list of sent calls, between two parts of a test. Messages stay in the queue. */
  forgetSent(): void {
    this.stage.calls.length = 0;
  }

  /** Stops the workers that drains have started, and their running tasks. */
  async onModuleDestroy(): Promise<void> {
    let stopped = false;
    const stopping = Promise.all(this.#drainer.workers.map((worker) => worker.stop(0))).finally(() => (stopped = true));
    // The deadlines of stop() run by this clock, which does not move by itself.
    while (!stopped) await this.clock.advance('1s');
    await stopping;
  }

  #expected(target: object | string, method?: string): Expected {
    const all = this.sent();
    const { name, title } = typeof target === 'string' ? { name: target, title: `'${target}'` } : titleOf(target, method!);
    return { title, all, calls: all.filter(({ task }) => task === name) };
  }

  /** The options of the application's worker, except for its queues (all are drained) and its concurrency. */
  #workerOptions(instance: QueueInstance): WorkerOptionsInput {
    const { queues: _, excludeQueues: __, ...own } = this.stage.workers.get(instance) ?? {};
    return { ...own, name: 'test', concurrency: 1, prefetchMultiplier: 0, ...this.worker };
  }

  #drainedOf(instance: QueueInstance): Drained {
    const known = this.#drained.get(instance);
    if (known !== undefined) return known;
    const client = this.moduleRef.get<TaskClient>(getTaskClientToken(instance.name), { strict: false });
    const drained: Drained = {
      transport: instance.transport,
      sent: () => client.drain(),
      published: (publications) => this.stage.published(instance, publications),
      prepare: (transport, onOutcome) =>
        prepareWorker({
          ...{ queue: instance, explorer: this.explorer, options: this.#workerOptions(instance), where: "The testing module's worker" },
          ...{ transport, onOutcome, logger: this.logger, clock: this.clock },
        }),
    };
    this.#drained.set(instance, drained);
    return drained;
  }
}

function titleOf(target: object, method: string): { readonly name: string; readonly title: string } {
  const isClass = typeof target === 'function';
  const owner = isClass ? target.name : 'The contract';
  const tasks: ReadonlyMap<string, DeclaredTask> = isClass
    ? describeTasks(target)
    : describeContract(target as TaskContract<unknown, string>);
  const task = tasks.get(method);
  if (task === undefined) throw new UnknownTaskMethodError(owner, method, [...tasks.keys()]);
  return { name: task.name, title: `${isClass ? `${owner}.` : ''}${method} ('${task.name}')` };
}
