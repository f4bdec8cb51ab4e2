import type { Settlement, SettleReceipt } from '../../../core/ports/broker/consumer.js';
import { pause } from '../../shared/pause.js';
import { isTransient } from '../../shared/store-errors.js';
import type { RedisContext } from '../redis-context.js';
import type { QueueKeys } from '../connection/redis-keys.js';
import { readSettleNews } from './settle-answer.js';
import type { SettleAnswer } from './settle-answer.js';
import { encodeSettlements } from './settle-batch.js';

const MAX_BATCH = 500;
/** ms that the answer to a settle call is kept for a repetition */
const ANSWER_TTL = 600_000;
const RETRY_PAUSE = 50;
const USABLE_WAIT = 1_000;

interface Job {
  readonly settlements: readonly Settlement[];
  resolve(receipts: SettleReceipt[]): void;
}

type Accepted = Map<Settlement, SettleReceipt>;

export interface SettlerEvents {
  /** whether its lease may still stand, by the local deadline */
  holds(settlement: Settlement): boolean;
  /** told of each settlement when its fate is known */
  settled(settlement: Settlement, accepted: boolean): void;
  revoked(pairs: readonly string[]): void;
}

/**
 * Settles the deliveries of one consumer in one queue. One call is under way at a time, the next gathers behind it; each has a
 * number, so that a call whose answer was lost is asked again without settling anything twice.
 */
export class Settler {
  #jobs: Job[] = [];
  #running = false;
  #number = 0;
  #closed = false;

  constructor(
    private readonly context: RedisContext,
    private readonly queue: QueueKeys,
    private readonly consumer: string,
    private readonly events: SettlerEvents,
  ) {}

  settle(settlements: readonly Settlement[]): Promise<SettleReceipt[]> {
    return new Promise((resolve) => {
      this.#jobs.push({ settlements, resolve });
      if (!this.#running) {
        this.#running = true;
        queueMicrotask(() => void this.#run());
      }
    });
  }

  /** What is not settled by now stays to its lease. */
  close(): void {
    this.#closed = true;
  }

  async #run(): Promise<void> {
    while (this.#jobs.length > 0) {
      const jobs = this.#jobs;
      this.#jobs = [];
      await this.#settleJobs(jobs);
    }
    this.#running = false;
  }

  async #settleJobs(jobs: readonly Job[]): Promise<void> {
    const all = jobs.length === 1 ? jobs[0]!.settlements : jobs.flatMap((job) => job.settlements);
    const accepted: Accepted = new Map();
    for (let at = 0; at < all.length; at += MAX_BATCH) {
      await this.#settleBatch(all.length <= MAX_BATCH ? all : all.slice(at, at + MAX_BATCH), accepted);
    }
    for (const job of jobs) job.resolve(job.settlements.map((one) => accepted.get(one) ?? { id: one.delivery.id, accepted: false }));
  }

  async #settleBatch(settlements: readonly Settlement[], accepted: Accepted): Promise<void> {
    const batch = encodeSettlements(settlements, this.context.options.deadLetterLimit);
    for (const { settlement, error } of batch.broken) this.#refuse(settlement, error);
    if (batch.order.length === 0) return;
    const { keys } = this.context;
    const number = String(++this.#number);
    const head = [this.context.offset(), number, String(ANSWER_TTL), String(this.context.options.dedupRetention), keys.resultsChannel];
    const scriptKeys = [
      this.queue.base,
      this.queue.call(this.consumer),
      keys.queues,
      keys.revoked,
      keys.terminate,
      keys.waiters,
      keys.result,
      keys.join,
      keys.completeJoins,
    ];
    for (const target of batch.targets) scriptKeys.push(keys.queue(target).base);
    const answer = await this.#call(batch.order, scriptKeys, head.concat(batch.args));
    if (answer instanceof Error) {
      // One of them is to blame, and nothing was written: each is tried on its own.
      if (batch.order.length === 1) return this.#refuse(batch.order[0]!, answer);
      for (const settlement of batch.order) await this.#settleBatch([settlement], accepted);
      return;
    }
    const flags = answer === null ? null : answer[0];
    const news = readSettleNews(answer === null ? '' : answer[1], batch.order);
    batch.order.forEach((settlement, at) => {
      const good = flags !== null && (flags === '' || flags[at] === '0');
      if (good) accepted.set(settlement, news.get(settlement) ?? { id: settlement.delivery.id, accepted: true });
      this.events.settled(settlement, good);
    });
    if (answer !== null && answer.length > 2) this.events.revoked(answer.slice(2) as string[]);
  }

  /**
   * Tries for as long as a lease may stand; after that the messages run again elsewhere.
   * @returns the answer; an error when the server refuses these arguments; null when it was given up, or the consumer closed
   */
  async #call(order: readonly Settlement[], keys: readonly string[], args: readonly string[]): Promise<SettleAnswer | Error | null> {
    const { commands } = this.context;
    for (let attempts = 0; !this.#closed; attempts++) {
      if (attempts > 0 && !order.some((settlement) => this.events.holds(settlement))) return null;
      try {
        if (await commands.usable(USABLE_WAIT)) return (await commands.script('settle', keys, args)) as SettleAnswer;
      } catch (error) {
        if (!isTransient(error)) return error as Error;
        await pause(RETRY_PAUSE);
      }
    }
    return null;
  }

  #refuse(settlement: Settlement, error: unknown): void {
    this.context.options.logger.error('A settlement was refused; the delivery is left to its lease', {
      taskId: settlement.delivery.id,
      queue: this.queue.name,
      kind: settlement.kind,
      error,
    });
    this.events.settled(settlement, false);
  }
}
