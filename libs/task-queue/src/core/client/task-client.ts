import { v7 } from 'uuid';
import type { CallOptions } from '../canvas/call-options.js';
import { isNoLimit, toInterval, type Rate } from '../options/rate.js';
import { unsupportedBy } from '../policies/engine-features.js';
import type { OpenTransaction, TransactionalSending, TransactionOwner } from '../ports/broker/transactional.js';
import type { PublishReceipt } from '../ports/broker/publication.js';
import type { CompleteTransport } from '../ports/broker/transport.js';
import { currentTask } from '../ports/task/current-task.js';
import { currentTransaction } from '../ports/task/current-transaction.js';
import type { CalledTask, DeclaredTask } from '../ports/task/declared-task.js';
import { AsyncResult, type ResultSource } from './async-result.js';
import type { CallContext } from './call/call-parts.js';
import { launchCall, withMessage, type LaunchedCall } from './call/launch-call.js';
import { planCall } from './call/plan-call.js';
import { EagerCalls, type EagerDependencies } from './eager/eager-calls.js';
import { DeadLetters } from './operations/dead-letters.js';
import { Queues } from './operations/queues.js';
import { aroundPublishing, type AroundPublish, type PublishCalls, type PublishingLayers } from './publish/around-publishing.js';
import { Publisher } from './publish/publisher.js';
import { TaskCalls, type CallByName } from './publish/task-calls.js';
import { TransactionCalls } from './publish/transaction-calls.js';
import type { TaskRouter, TaskRouterClass } from './routing/routes.js';
import { Routing } from './routing/routing.js';

/** Signals are emitted to `listeners`; `onSent` sees every accepted call; `localHandler` serves `apply()` and eager mode. */
export interface TaskClientDependencies extends EagerDependencies {
  readonly transport: CompleteTransport;
  /** the tasks that a class declares, by method */
  describe(target: Function): ReadonlyMap<string, DeclaredTask>;
  /** the provider of a router's class */
  routerOf(type: TaskRouterClass): TaskRouter;
  /** sends within transactions; null: calls within a transaction are sent at once, for tests without a database */
  readonly transactional: TransactionalSending | null;
}

/** Calls that are sent within a transaction. */
export type TransactionalCalls = Pick<TaskCalls, 'for' | 'sendTask' | 'sendMany'>;

/**
 * Sends tasks: typed from a class or contract with `for()`, by name with `sendTask()`. Calls of one tick share a round
 * trip. Every call fails with a typed error within `publishTimeout`; none hangs.
 */
export class TaskClient extends TaskCalls {
  /** tasks that will not run again by themselves */
  readonly deadLetters: DeadLetters;
  /** pausing, purging, counting, and which worker consumes what */
  readonly queues: Queues;
  /** by transaction */
  readonly #transactions = new WeakMap<object, TransactionCalls>();
  readonly #publisher: Publisher;
  readonly #source: ResultSource;
  readonly #context: CallContext;
  readonly #eager: EagerCalls;
  readonly #around: () => AroundPublish | undefined;
  readonly #aroundTransaction: () => AroundPublish | undefined;

  constructor(private readonly deps: TaskClientDependencies) {
    super((target) => deps.describe(target));
    const { transport, codecs, clock, options, listeners, onSent } = deps;
    const { broker, results, inspector, control, resultsApart = false, missing, enginesWith } = transport;
    const routing = options.routes === undefined ? null : new Routing(options.routes, options, deps.routerOf);
    const layers: PublishingLayers = {
      listeners,
      onSent,
      withMessage: (call, message) => withMessage(call, message, codecs.messages, options.maxPayloadBytes),
    };
    this.#context = { broker: { ...broker.capabilities, enginesWith }, missing, client: options, codecs, routing };
    this.#eager = new EagerCalls(deps);
    this.#publisher = new Publisher(broker, options.publishTimeout, clock);
    this.#around = aroundPublishing(layers, true);
    this.#aroundTransaction = aroundPublishing(layers, false);
    this.deadLetters = new DeadLetters({ inspector, results, resultsApart, codecs });
    this.queues = new Queues({ inspector, control, options, codecs, clock });
    this.#source = { results, codec: codecs.results, clock, inspector, revoke: (ids, how) => this.revoke(ids, how) };
  }

  /**
   * The same calls, sent within a transaction that is open on a TypeORM EntityManager or QueryRunner, or on a client of pg.
   * Workers get them after the commit; a rollback discards them. It needs a broker in the same database, or `outbox`.
   * @example await dataSource.transaction(async (manager) => {
   *   const post = await manager.save(Post, draft);
   *   await tasks.withManager(manager).for(PostTasks).sendPostEmail.delay(post.id);
   * });
   * @throws TransactionNotOpenError · DatabaseUnsupportedError
   */
  withManager(manager: TransactionOwner): TransactionalCalls {
    const { transactional, options } = this.deps;
    return transactional === null || options.eager ? this : this.#within(transactional.open(manager), transactional);
  }

  /** The result of a task that was sent before, by its id. */
  result<R = unknown>(id: string): AsyncResult<R> {
    return new AsyncResult<R>(id, this.#source);
  }

  /**
   * Prevents tasks from running, whether they are known yet or not: the mark is stored. With `terminate`, also aborts the
   * signal of running ones, in any process.
   */
  async revoke(ids: string | readonly string[], options: { readonly terminate?: boolean } = {}): Promise<void> {
    const list = typeof ids === 'string' ? [ids] : ids;
    const terminate = options.terminate ?? false;
    await this.deps.transport.broker.revoke(list, { terminate });
    if (terminate) await this.deps.transport.control.announce({ type: 'revoke', ids: list, terminate });
  }

  /**
   * Changes the rate of a task with a `rateLimit`, for waiting messages too, until it is set again. It survives restarts.
   * @param rate as '10/s', or a number a second; 0 = no limit; null = as the task declares
   * @throws InvalidOptionError · UnsupportedOptionError
   */
  async setRate(task: string, rate: Rate | null): Promise<void> {
    const { broker, enginesWith } = this.deps.transport;
    const known = { ...broker.capabilities, enginesWith };
    if (!known.rateLimits) throw unsupportedBy(known, 'rateLimits', 'rateLimit', `setRate('${task}')`);
    await broker.setRate(task, rate === null ? null : isNoLimit(rate) ? 0 : toInterval(rate, 'rate'));
  }

  /** Finds the routers that `routes` names by class, so that a missing one fails the boot and not the first call. */
  prepareRoutes(): void {
    this.#context.routing?.prepare();
  }

  /**
   * Checks a call and makes its message, without sending it.
   * @throws the errors of a call that occur before it is sent
   */
  prepare(task: CalledTask, args: readonly unknown[], options?: CallOptions): LaunchedCall {
    return this.#prepare(task, args, options);
  }

  /**
   * Publishes prepared calls by a function of the caller's: beat publishes together with a schedule's claim.
   * @returns a result for each call, in order; null = it was not sent
   */
  async publishBy(calls: readonly LaunchedCall[], send: PublishCalls): Promise<(AsyncResult | null)[]> {
    const receipts = await (this.#around()?.(calls, send) ?? send(calls));
    return receipts.map((receipt) => receipt && this.#resultOf(receipt));
  }

  /** Resolves when every call made before has been sent or has failed. */
  async drain(): Promise<void> {
    await this.#publisher.drain();
  }

  protected override async send(task: CalledTask, args: readonly unknown[], options?: CallOptions): Promise<AsyncResult> {
    const within = this.#ambient();
    if (within !== undefined) return within.send(task, args, options);
    const call = this.#prepare(task, args, options);
    return this.deps.options.eager ? this.#runEagerly(call) : this.#publish(call);
  }

  protected override async sendAll(calls: readonly CallByName[]): Promise<AsyncResult[]> {
    if (this.deps.options.eager) return Promise.all(calls.map(({ name, args = [], options }) => this.send({ name }, args, options)));
    const within = this.#ambient();
    if (within !== undefined) return within.sendAll(calls);
    const prepared = calls.map(({ name, args = [], options }) => this.#prepare({ name }, args, options));
    return Promise.all(prepared.map((call) => this.#publish(call)));
  }

  protected override async run(task: CalledTask, args: readonly unknown[]): Promise<unknown> {
    return this.#eager.apply(this.#prepare(task, args, undefined).message);
  }

  /** @param id for a call that names none; it is traced then */
  #prepare(task: CalledTask, args: readonly unknown[], options: CallOptions | undefined, id?: string): LaunchedCall {
    const { clock, codecs } = this.deps;
    const now = clock.now();
    const planned = planCall(task, args, options, this.#context, now);
    return launchCall(planned, { now, parent: currentTask.getStore(), id }, codecs.messages, this.deps.options.maxPayloadBytes);
  }

  /** The calls of a transactional task go into its transaction. */
  #ambient(): TransactionCalls | undefined {
    const transaction = currentTransaction.getStore();
    const { transactional, options } = this.deps;
    if (transaction === undefined || transactional === null || options.eager) return undefined;
    return this.#within(transaction, transactional);
  }

  /** All calls of one tick in one transaction share a statement. */
  #within(transaction: OpenTransaction, transactional: TransactionalSending): TransactionCalls {
    let calls = this.#transactions.get(transaction.identity);
    if (calls === undefined) {
      const client = {
        describe: (target: Function) => this.deps.describe(target),
        // A relay may publish a call twice, so that its id must be traced.
        prepare: (task: CalledTask, args: readonly unknown[], options?: CallOptions) =>
          this.#prepare(task, args, options, transactional.isDirect(transaction) ? undefined : v7()),
        publish: (call: LaunchedCall, send: PublishCalls) => this.#publishIn(call, send),
        run: (task: CalledTask, args: readonly unknown[]) => this.run(task, args),
      };
      calls = new TransactionCalls(client, transactional.publisher(transaction, this.deps.options.publishTimeout));
      this.#transactions.set(transaction.identity, calls);
    }
    return calls;
  }

  async #publish(call: LaunchedCall): Promise<AsyncResult> {
    const around = this.#around();
    if (around === undefined) return this.#resultOf(await this.#publisher.send(call.publication, call.publishRetry));
    const [receipt] = await around([call], this.#send);
    return this.#resultOf(receipt!);
  }

  readonly #send: PublishCalls = (calls) => {
    return Promise.all(calls.map(({ publication, publishRetry }) => this.#publisher.send(publication, publishRetry)));
  };

  async #publishIn(call: LaunchedCall, send: PublishCalls): Promise<AsyncResult> {
    const [receipt] = await (this.#aroundTransaction()?.([call], send) ?? send([call]));
    return this.#resultOf(receipt!);
  }

  async #runEagerly(call: LaunchedCall): Promise<AsyncResult> {
    const { id, deduplicated } = await this.#eager.send(call, (taken) => this.#noteChild(taken));
    return new AsyncResult(id, this.#source, deduplicated);
  }

  #resultOf({ id, deduplicated }: PublishReceipt): AsyncResult {
    this.#noteChild(id);
    return new AsyncResult(id, this.#source, deduplicated);
  }

  /** With `trail`, the task that sends a call remembers its id. */
  #noteChild(id: string): void {
    if (this.deps.options.trail) currentTask.getStore()?.addChild(id);
  }
}
