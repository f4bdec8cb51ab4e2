import type { Clock, ClockTimer } from '../../ports/runtime/clock.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';
import type { TaskTransactions } from '../../ports/task/task-transactions.js';
import type { TransactionsOf } from '../../ports/task/task-handler.js';
import type { HandlerRegistry } from '../handler-registry.js';

/** ms between two removals of old records */
const INTERVAL = 3_600_000;

/** Checks that the transactional tasks of a worker can store records, and removes records older than their retention. */
export class TransactionRecords {
  readonly #transactions: readonly TaskTransactions[];
  #timer: ClockTimer | undefined;
  #pruning: Promise<void> = Promise.resolve();

  constructor(
    handlers: HandlerRegistry,
    transactionsOf: TransactionsOf | undefined,
    private readonly clock: Clock,
    private readonly logger: TaskLogger,
  ) {
    this.#transactions = [...new Set(handlers.handlers().flatMap((handler) => transactionsOf?.(handler) ?? []))];
  }

  /** @throws what {@link TaskTransactions.check} does */
  async start(concurrency: number): Promise<void> {
    await this.check(concurrency);
    if (this.#transactions.length > 0) this.#arm();
  }

  /**
   * Whether so many of them may be open at once.
   * @throws what {@link TaskTransactions.check} does
   */
  async check(concurrency: number): Promise<void> {
    for (const transactions of this.#transactions) await transactions.check(concurrency);
  }

  /** Safe to call twice, and before the start. */
  async stop(): Promise<void> {
    this.#timer?.clear();
    await this.#pruning;
  }

  #arm(): void {
    this.#timer = this.clock.timer(INTERVAL, () => {
      this.#arm();
      this.#pruning = this.#prune();
    });
  }

  async #prune(): Promise<void> {
    for (const transactions of this.#transactions) {
      await transactions
        .prune()
        .catch((error: unknown) => this.logger.warn('old records of transactional tasks were not removed', { error }));
    }
  }
}
