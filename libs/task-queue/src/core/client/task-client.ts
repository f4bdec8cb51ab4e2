import { announcePublished } from '../attempt/listening/announce-publish.js';
import { recordingOf } from '../attempt/records/make-record.js';
import { logHeldBack } from '../attempt/listening/held-back.js';
import type { Listeners } from '../attempt/listening/listeners.js';
import { runEagerly, type EagerRun } from '../attempt/run-eagerly.js';
import { TaskFailedError } from '../errors/result-errors.js';
import { TaskNotLocalError } from '../errors/call-errors.js';
import { TaskNotUniqueError } from '../errors/publish-errors.js';
import { TaskRevokedError } from '../errors/run-errors.js';
import type { Codecs } from '../message/codecs.js';
import type { TaskMessage } from '../message/task-message.js';
import { unsupportedBy } from '../policies/engine-features.js';
import { toInterval, type Rate } from '../options/rate.js';
import { currentTask } from '../ports/task/current-task.js';
import { currentTransaction } from '../ports/task/current-transaction.js';
import type { Clock } from '../ports/runtime/clock.js';
import type { DeclaredTask } from '../ports/task/declared-task.js';
import type { OpenTransaction, TransactionalSending, TransactionOwner } from '../ports/broker/transactional.js';
import type { Publication, PublishReceipt } from '../ports/broker/publication.js';
import type { TaskHandler, TransactionsOf } from '../ports/task/task-handler.js';
import type { TaskLogger } from '../ports/runtime/logger.js';
import type { CompleteTransport } from '../ports/broker/transport.js';
import { AsyncResult, type ResultSource } from './async-result.js';
import type { CallOptions } from '../canvas/call-options.js';
import type { CallSurroundings } from './call/call-surroundings.js';
import type { ClientOptions } from './options/client-options.js';
import { DeadLetters } from './operations/dead-letters.js';
import { EagerKeys } from './eager-keys.js';
import { prepareCall, type PreparedCall } from './call/prepare-call.js';
import { Publisher } from './publish/publisher.js';
import { Queues } from './operations/queues.js';
import type { TaskRouter, TaskRouterClass } from './routing/routes.js';
import { Routing } from './routing/routing.js';
import { TaskCalls, type CallByName, type CalledTask } from './publish/task-calls.js';
import { TransactionCalls, type TransactionCallDependencies } from './publish/transaction-calls.js';

export interface TaskClientDependencies {
  readonly transport: CompleteTransport;
  readonly codecs: Codecs;
  readonly options: ClientOptions;
  /** the tasks that a class declares, by method */
  describe(target: Function): ReadonlyMap<string, DeclaredTask>;
  /** the handler of this process, for `apply()` and eager mode */
  localHandler(name: string): TaskHandler | undefined;
  /** the transactions of a transactional handler that is run here; default: it runs in none */
  readonly transactionsOf?: TransactionsOf | undefined;
  /** the provider of a router's class */
  routerOf(type: TaskRouterClass): TaskRouter;
  /** told of what is published, and in eager mode run; default: nobody */
  readonly listeners?: Listeners | undefined;
  /** told of each call that the broker has taken, or that is run at once in eager mode; for tests */
  readonly onSent?: ((message: TaskMessage, publication: Publication) => void) | undefined;
  /** sends within transactions; null: calls within a transaction are sent at once, for tests without a database */
  readonly transactional: TransactionalSending | null;
  readonly clock: Clock;
  readonly logger: TaskLogger;
}

/** Calls that are sent within a transaction. */
export type TransactionalCalls = Pick<TaskCalls, 'for' | 'sendTask' | 'sendMany'>;

/**
 * Sends tasks: typed from a class or contract with `for()`, by name with `sendTask()`. Calls of one tick share a round
 * trip. Every call fails with a typed error within `publishTimeout`; none hangs.
 */
export class TaskClient extends TaskCalls {
  /** what will not be run again by itself */
  readonly deadLetters: DeadLetters;
  /** pausing, purging, counting, and who consumes what */
  readonly queues: Queues;
  /** by connection */
  readonly #transactions = new WeakMap<object, TransactionCalls>();
  readonly #publisher: Publisher;
  readonly #source: ResultSource;
  readonly #surroundings: CallSurroundings;
  readonly #eagerKeys: EagerKeys;

  constructor(private readonly deps: TaskClientDependencies) {
    super((target) => deps.describe(target));
    const { transport, codecs, clock, options } = deps;
    const { results, inspector, control, resultsApart = false, enginesWith } = transport;
    this.#eagerKeys = new EagerKeys(clock);
    this.#publisher = new Publisher(transport.broker, options.publishTimeout, clock);
    this.#surroundings = {
      broker: { ...transport.broker.capabilities, enginesWith },
      client: options,
      codecs,
      // What runs inline is not published.
      listeners: options.eager ? undefined : deps.listeners,
      routing: options.routes === undefined ? null : new Routing(options.routes, options, deps.routerOf),
    };
    this.deadLetters = new DeadLetters({ inspector, results, resultsApart, codecs });
    this.queues = new Queues({ inspector, control, options, codecs, clock });
    this.#source = { results, codec: codecs.results, clock, inspector, revoke: (ids, how) => this.revoke(ids, how) };
  }

  /**
   * The same calls, sent within a transaction that is open on a TypeORM EntityManager or QueryRunner, or on a client of pg:
   * a worker gets them after the commit, and after a rollback nobody does. It needs a broker in the same database, or `outbox`.
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
    const { broker, enginesWith } = this.deps.transport;
    const known = { ...broker.capabilities, enginesWith };
    if (!known.rateLimits) throw unsupportedBy(known, 'rateLimits', 'rateLimit', `setRate('${task}')`);
    await broker.setRate(task, rate === null || rate === 0 ? rate : toInterval(rate, 'rate'));
  }

  /** Finds the routers that `routes` names by class, so that a missing one fails the boot and not the first call. */
  prepareRoutes(): void {
    this.#surroundings.routing?.prepare();
  }

  /**
   * Checks a call and makes its message, for whoever sends it in a way of its own (beat, with a schedule's turn).
   * @throws what a call throws before it is sent
   */
  prepare(task: Omit<DeclaredTask, 'method'>, args: readonly unknown[], options?: CallOptions): PreparedCall {
    return prepareCall(task, args, options, this.#surroundings, this.deps.clock.now());
  }

  /**
   * Checks a call that is not made yet: nobody who listens is told.
   * @throws what a call throws before it is sent
   */
  check(task: Omit<DeclaredTask, 'method'>, args: readonly unknown[], options?: CallOptions): void {
    prepareCall(task, args, options, { ...this.#surroundings, listeners: undefined }, this.deps.clock.now());
  }

  /** Tells who listens that a call which was prepared has been sent. */
  sent(call: PreparedCall, receipt: PublishReceipt): AsyncResult {
    return this.#resultOf(receipt, call);
  }

  /** Resolves when every call made before has been sent or has failed. */
  async drain(): Promise<void> {
    await this.#publisher.drain();
  }

  protected override async send(task: CalledTask, args: readonly unknown[], options?: CallOptions): Promise<AsyncResult> {
    const within = this.#ambient();
    if (within !== undefined) return within.send(task, args, options);
    const call = prepareCall(task, args, options, this.#surroundings, this.deps.clock.now());
    if (this.deps.options.eager) return this.#sendEagerly(call);
    return this.#publish(call);
  }

  protected override async sendAll(calls: readonly CallByName[]): Promise<AsyncResult[]> {
    if (this.deps.options.eager) return Promise.all(calls.map(({ name, args = [], options }) => this.send({ name }, args, options)));
    const within = this.#ambient();
    if (within !== undefined) return within.sendAll(calls);
    const now = this.deps.clock.now();
    const prepared = calls.map(({ name, args = [], options }) => prepareCall({ name }, args, options, this.#surroundings, now));
    return Promise.all(prepared.map((call) => this.#publish(call)));
  }

  /** What a transactional task sends goes into its transaction. */
  #ambient(): TransactionCalls | undefined {
    const transaction = currentTransaction.getStore();
    const { transactional, options } = this.deps;
    if (transaction === undefined || transactional === null || options.eager) return undefined;
    return this.#within(transaction, transactional);
  }

  /** Calls of one tick on one connection share a statement, whoever asked for them. */
  #within(transaction: OpenTransaction, transactional: TransactionalSending): TransactionCalls {
    let calls = this.#transactions.get(transaction.connection);
    if (calls === undefined) {
      const remembered = { ...this.#surroundings, traced: true };
      const surroundings = () => (transactional.isDirect(transaction) ? this.#surroundings : remembered);
      const client: TransactionCallDependencies = {
        describe: (target) => this.deps.describe(target),
        prepare: (task, args, options) => prepareCall(task, args, options, surroundings(), this.deps.clock.now()),
        resultOf: (receipt, call) => this.#noted(receipt, call),
        run: (task, args) => this.run(task, args),
      };
      calls = new TransactionCalls(client, transactional.publisher(transaction, this.deps.options.publishTimeout));
      this.#transactions.set(transaction.connection, calls);
    }
    return calls;
  }

  async #publish(call: PreparedCall): Promise<AsyncResult> {
    return this.#resultOf(await this.#publisher.send(call.publication, call.publishRetry), call);
  }

  #resultOf(receipt: PublishReceipt, call: PreparedCall): AsyncResult {
    if (this.deps.listeners !== undefined) announcePublished(call.message, receipt.deduplicated, this.deps.listeners);
    return this.#noted(receipt, call);
  }

  #noted(receipt: PublishReceipt, { message, publication }: PreparedCall): AsyncResult {
    if (this.deps.onSent !== undefined && !receipt.deduplicated) this.deps.onSent(message, publication);
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
    const { record, thrown, followUps } = await this.#runHere(message).finally(() => this.#eagerKeys.free(publication));
    await this.deps.transport.results.save([record], this.deps.options.resultExpires);
    for (const next of followUps) await this.#follow(message.id, next);
    if (record.state === 'FAILURE' && this.deps.options.eagerPropagates) throw thrown;
  }

  /** What the end of a task calls is run at once, too; it is no child of whoever called the task. */
  async #follow(parent: string, publication: Publication): Promise<void> {
    const receipt = this.#eagerKeys.take(publication);
    if (receipt.deduplicated || receipt.refused) {
      return logHeldBack(this.deps.logger, parent, [publication], [{ followUp: publication.id, receipt }]);
    }
    const message = this.deps.codecs.messages.decode(publication);
    await currentTask.exit(() => this.#runSent(message, publication));
  }

  /** With `trail`, the run that sends it remembers it. */
  #noteChild(id: string): void {
    if (this.deps.options.trail) currentTask.getStore()?.addChild(id);
  }

  protected override async run(task: CalledTask, args: readonly unknown[]): Promise<unknown> {
    const { message } = prepareCall(task, args, undefined, { ...this.#surroundings, listeners: undefined }, this.deps.clock.now());
    const { record: stored, thrown } = await this.#runHere(message);
    const record = this.deps.codecs.results.open(stored);
    if (record.state === 'SUCCESS' || record.state === 'IGNORED') return record.result;
    if (record.state === 'REVOKED') throw new TaskRevokedError(record.id, record.error?.message ?? 'before it ran');
    throw thrown ?? new TaskFailedError(record.id, record.error!);
  }

  async #runHere(message: TaskMessage): Promise<EagerRun> {
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
