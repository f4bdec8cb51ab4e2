import { announcePublished } from '../attempt/announce-publish.js';
import { AttemptObserver } from '../attempt/attempt-observer.js';
import { recordingOf } from '../attempt/describe-record.js';
import { logHeldBack } from '../attempt/held-back.js';
import type { Listeners } from '../attempt/listeners.js';
import { runEagerly, type EagerRun } from '../attempt/run-eagerly.js';
import { signatureOf } from '../canvas/signature.js';
import {
  InvalidOptionError,
  TaskFailedError,
  TaskNotLocalError,
  TaskNotUniqueError,
  TaskRevokedError,
  UnknownTaskMethodError,
} from '../errors/index.js';
import type { Codecs } from '../message/open-codecs.js';
import type { TaskMessage } from '../message/task-message.js';
import type { TaskResultRecord } from '../message/task-result.js';
import { unlimitable } from '../policies/check-rate-limit.js';
import { toInterval, type Rate } from '../policies/rate.js';
import {
  currentTask,
  type Clock,
  type DeclaredTask,
  type Publication,
  type PublishReceipt,
  type ResultBackend,
  type TaskHandler,
  type TaskLogger,
  type Transport,
} from '../ports/index.js';
import { AsyncResult, type ResultSource } from './async-result.js';
import type { CallOptions } from './call-options.js';
import type { CallSurroundings } from './call-surroundings.js';
import type { ClientOptions } from './client-options.js';
import { DeadLetters } from './dead-letters.js';
import { EagerKeys } from './eager-keys.js';
import { prepareCall, type PreparedCall } from './prepare-call.js';
import { Publisher } from './publisher.js';
import { Queues } from './queues.js';
import type { TaskRouter, TaskRouterClass } from './routes.js';
import { Routing } from './routing.js';
import { describeContract, type SendMany, type SendTask, type TaskContract, type TaskHandle, type TaskProxy } from './task-types.js';

export interface TaskClientDependencies {
  readonly transport: Transport;
  readonly results: ResultBackend;
  readonly codecs: Codecs;
  readonly options: ClientOptions;
  /** the tasks that a class declares, by method */
  describe(target: Function): ReadonlyMap<string, DeclaredTask>;
  /** the handler of this process, for `apply()` and eager mode */
  localHandler(name: string): TaskHandler | undefined;
  /** the provider of a router's class */
  routerOf(type: TaskRouterClass): TaskRouter;
  /** told of what is published, and in eager mode run; default: nobody */
  readonly listeners?: Listeners | undefined;
  /** told of each call that the broker has taken, or that is run at once in eager mode; for tests */
  readonly onSent?: ((message: TaskMessage, publication: Publication) => void) | undefined;
  readonly clock: Clock;
  readonly logger: TaskLogger;
}

type Handles = Readonly<Record<string, TaskHandle<readonly unknown[], unknown>>>;
type Declared = Omit<DeclaredTask, 'method'>;

/**
 * Sends tasks: typed from a class or contract with `for()`, by name with `sendTask()`. Calls of one tick share a round
 * trip. Every call fails with a typed error within `publishTimeout`; none hangs.
 */
export class TaskClient {
  /** what will not be run again by itself */
  readonly deadLetters: DeadLetters;
  /** pausing, purging, counting, and who consumes what */
  readonly queues: Queues;
  readonly #proxies = new WeakMap<object, Handles>();
  readonly #publisher: Publisher;
  readonly #source: ResultSource;
  readonly #surroundings: CallSurroundings;
  readonly #eagerKeys: EagerKeys;

  constructor(private readonly deps: TaskClientDependencies) {
    const { transport, results, codecs, clock, options } = deps;
    this.#eagerKeys = new EagerKeys(clock);
    this.#publisher = new Publisher(transport.broker, options.publishTimeout, clock);
    this.#surroundings = {
      broker: transport.broker.capabilities,
      client: options,
      codecs,
      // What runs inline is not published.
      listeners: options.eager ? undefined : deps.listeners,
      routing: options.routes === undefined ? null : new Routing(options.routes, options, deps.routerOf),
    };
    const { inspector, control } = transport;
    this.deadLetters = new DeadLetters({ inspector, results, resultsApart: results !== transport.results, codecs });
    this.queues = new Queues({ inspector, control, options });
    this.#source = { results, codec: codecs.results, clock, inspector, revoke: (ids, how) => this.revoke(ids, how) };
  }

  /**
   * The tasks of a class, or of a contract made by `taskContract`.
   * @example await tasks.for(PostTasks).sendPostEmail.delay(post.id)
   * @throws UnknownTaskMethodError when a method without @Task() is asked for
   */
  for<T, K>(contract: TaskContract<T, K>): Pick<TaskProxy<T>, K & keyof TaskProxy<T>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- a constructor may take anything
  for<T extends object>(target: abstract new (...args: any[]) => T): TaskProxy<T>;
  for(target: object): unknown {
    let handles = this.#proxies.get(target);
    if (handles === undefined) {
      handles = this.#makeProxy(target);
      this.#proxies.set(target, handles);
    }
    return handles;
  }

  /** Sends by registered name, for producers that have no class or contract of it. */
  readonly sendTask: SendTask = async (name: string, ...rest: readonly unknown[]) => {
    return (await this.#send({ name }, (rest[0] ?? []) as readonly unknown[], rest[1] as CallOptions | undefined)) as never;
  };

  /** Sends many calls in one batch. One call that cannot be sent rejects the whole before anything has left. */
  readonly sendMany: SendMany = async (calls: readonly { name: string; args?: readonly unknown[]; options?: CallOptions }[]) => {
    if (this.deps.options.eager)
      return (await Promise.all(calls.map((call) => this.#send({ name: call.name }, call.args ?? [], call.options)))) as never;
    const now = this.deps.clock.now();
    const prepared = calls.map((call) => prepareCall({ name: call.name }, call.args ?? [], call.options, this.#surroundings, now));
    return (await Promise.all(prepared.map((call) => this.#publish(call)))) as never;
  };

  /** What can be asked about a task that was sent before, by its id. */
  result<R = unknown>(id: string): AsyncResult<R> {
    return new AsyncResult<R>(id, this.#source);
  }

  /**
   * Keeps tasks from running, now or when they come; the mark is stored. With `terminate`, also aborts the signal of those
   * that run, in any process.
   */
  async revoke(ids: string | readonly string[], options: { readonly terminate?: boolean } = {}): Promise<void> {
    const list = typeof ids === 'string' ? [ids] : ids;
    const terminate = options.terminate ?? false;
    await this.deps.transport.broker.revoke(list, { terminate });
    if (terminate) await this.deps.transport.control.announce({ type: 'revoke', ids: list, terminate });
  }

  /**
   * Changes how often a task with a `rateLimit` is run, at once and for what waits already, until it is set again: it
   * outlasts restarts.
   * @param rate as '10/s', or a number a second; 0 = no limit; null = as the task declares
   * @throws InvalidOptionError · UnsupportedOptionError
   */
  async setRate(task: string, rate: Rate | null): Promise<void> {
    const { broker } = this.deps.transport;
    const { name, rateLimits } = broker.capabilities;
    if (!rateLimits) throw unlimitable(`setRate('${task}')`, name);
    await broker.setRate(task, rate === null || rate === 0 ? rate : toInterval(rate, 'rate'));
  }

  /** Finds the routers that `routes` names by class, so that a missing one fails the boot and not the first call. */
  prepareRoutes(): void {
    this.#surroundings.routing?.prepare();
  }

  /** Resolves when every call made before has been sent or has failed. */
  async drain(): Promise<void> {
    await this.#publisher.drain();
  }

  #makeProxy(target: object): Handles {
    const isClass = typeof target === 'function';
    const tasks = isClass ? this.deps.describe(target) : describeContract(target as TaskContract<unknown, string>);
    const owner = isClass ? target.name : 'The contract';
    const handles = new Map([...tasks].map(([method, task]) => [method, this.#makeHandle(task)]));
    return new Proxy({} as Handles, {
      get(_, key) {
        if (typeof key === 'symbol' || key === 'then') return undefined;
        const handle = handles.get(key);
        if (handle === undefined) throw new UnknownTaskMethodError(owner, key, [...handles.keys()]);
        return handle;
      },
      has: (_, key) => typeof key === 'string' && handles.has(key),
      ownKeys: () => [...handles.keys()],
      getOwnPropertyDescriptor: (_, key) =>
        typeof key === 'string' && handles.has(key) ? { value: handles.get(key), enumerable: true, configurable: true } : undefined,
    });
  }

  #makeHandle(task: Declared): TaskHandle<readonly unknown[], unknown> {
    return Object.freeze({
      delay: (...args: readonly unknown[]) => this.#send(task, args),
      applyAsync: async (args: readonly unknown[], options?: CallOptions) => {
        if (!Array.isArray(args))
          throw new InvalidOptionError('args', args, `the list of arguments of '${task.name}': applyAsync([a, b], options)`);
        return this.#send(task, args, options);
      },
      apply: async (...args: readonly unknown[]) => this.#apply(task, args),
      s: (...args: readonly unknown[]) => signatureOf(task, args, false),
      si: (...args: readonly unknown[]) => signatureOf(task, args, true),
    });
  }

  async #send(task: Declared, args: readonly unknown[], options?: CallOptions): Promise<AsyncResult> {
    const call = prepareCall(task, args, options, this.#surroundings, this.deps.clock.now());
    if (this.deps.options.eager) return this.#sendEagerly(call);
    return this.#publish(call);
  }

  async #publish(call: PreparedCall): Promise<AsyncResult> {
    return this.#resultOf(await this.#publisher.send(call.publication, call.publishRetry), call);
  }

  #resultOf(receipt: PublishReceipt, { message, publication }: PreparedCall): AsyncResult {
    if (this.deps.onSent !== undefined && !receipt.deduplicated) this.deps.onSent(message, publication);
    if (this.deps.listeners !== undefined) announcePublished(message, receipt.deduplicated, this.deps.listeners);
    this.#noteChild(receipt.id);
    return new AsyncResult(receipt.id, this.#source, receipt.deduplicated);
  }

  async #sendEagerly({ message, publication }: PreparedCall): Promise<AsyncResult> {
    const { id, deduplicated, refused } = this.#eagerKeys.take(publication);
    if (refused !== undefined) throw new TaskNotUniqueError(id, publication.unique!.key, refused.holder);
    this.#noteChild(id);
    if (!deduplicated) await this.#runSent(message, publication);
    return new AsyncResult(id, this.#source, deduplicated);
  }

  async #runSent(message: TaskMessage, publication: Publication): Promise<void> {
    this.deps.onSent?.(message, publication);
    const { record, thrown, followUps } = await this.#run(message).finally(() => this.#eagerKeys.free(publication));
    await this.deps.results.save([record], this.deps.options.resultExpires);
    for (const next of followUps) await this.#follow(message.id, next);
    if (record.state === 'FAILURE' && this.deps.options.eagerPropagates) throw thrown;
  }

  /** What the end of a task calls is run at once, too; it is no child of whoever called the task. */
  async #follow(parent: string, publication: Publication): Promise<void> {
    const receipt = this.#eagerKeys.take(publication);
    if (receipt.deduplicated || receipt.refused) {
      return logHeldBack(this.deps.logger, parent, [publication], [{ followUp: publication.id, receipt }]);
    }
    const message = this.deps.codecs.messages.decode(publication.id, publication.body);
    await currentTask.exit(() => this.#runSent(message, publication));
  }

  /** With `trail`, the run that sends it remembers it. */
  #noteChild(id: string): void {
    if (this.deps.options.trail) currentTask.getStore()?.addChild(id);
  }

  async #apply(task: Declared, args: readonly unknown[]): Promise<unknown> {
    const { message } = prepareCall(task, args, undefined, { ...this.#surroundings, listeners: undefined }, this.deps.clock.now());
    const { record: stored, thrown } = await this.#run(message);
    const record = this.deps.codecs.results.open(stored);
    if (record.state === 'SUCCESS' || record.state === 'IGNORED') return record.result;
    if (record.state === 'REVOKED') throw new TaskRevokedError(record.id, record.error?.message ?? 'before it ran');
    throw thrown ?? new TaskFailedError(record.id, record.error!);
  }

  async #run(message: TaskMessage): Promise<EagerRun> {
    const { clock, results, codecs, options, listeners, localHandler } = this.deps;
    const handler = localHandler(message.task);
    if (handler === undefined) throw new TaskNotLocalError(message.task);
    const surroundings = {
      now: () => clock.now(),
      recording: recordingOf(options, results),
      saveState: async (record: TaskResultRecord) => void (await results.save([record], options.resultExpires)),
    };
    return runEagerly(handler, message, codecs, surroundings, listeners && AttemptObserver.of(handler, listeners));
  }
}
