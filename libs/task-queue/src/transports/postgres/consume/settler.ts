import type { RevokedDelivery, Settlement, SettleReceipt } from '../../../core/ports/broker/consumer.js';
import { pause } from '../../shared/pause.js';
import { isTransient } from '../../shared/store-errors.js';
import type { PostgresContext } from '../postgres-context.js';
import { ServerRefusedError } from '../connection/postgres-errors.js';
import { readSettleAnswer } from './settle-answer.js';
import { SettleBatch } from './settle-batch.js';

const MAX_BATCH = 500;
const RETRY_PAUSE = 50;

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
  /** something has gone back to its queue */
  gaveBack(): void;
  revoked(revoked: readonly RevokedDelivery[]): void;
}

/**
 * Settles the deliveries of one consumer. One call is under way at a time, the next gathers behind it; each has a number, so that
 * a call whose answer was lost is asked again without settling anything twice.
 */
export class Settler {
  #jobs: Job[] = [];
  #running = false;
  #number = 0;
  #closed = false;

  constructor(
    private readonly context: PostgresContext,
    private readonly owner: string,
    private readonly events: SettlerEvents,
  ) {}

  settle(settlements: readonly Settlement[]): Promise<SettleReceipt[]> {
    return new Promise((resolve) => {
      this.#jobs.push({ settlements, resolve });
      if (this.#running) return;
      this.#running = true;
      queueMicrotask(() => void this.#run());
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
    const batch = new SettleBatch(settlements);
    for (const { settlement, error } of batch.broken) this.#refuse(settlement, error);
    if (batch.order.length === 0) return;
    const answer = await this.#call(batch);
    if (answer instanceof Error) {
      // One of them is to blame, and nothing was written: halves, until it stands alone.
      if (batch.order.length === 1) return this.#refuse(batch.order[0]!, answer);
      const half = Math.ceil(batch.order.length / 2);
      await this.#settleBatch(batch.order.slice(0, half), accepted);
      return this.#settleBatch(batch.order.slice(half), accepted);
    }
    const read = answer === null ? null : readSettleAnswer(answer, batch);
    if (batch.givesBack) this.events.gaveBack();
    for (const settlement of batch.order) {
      const receipt = read?.receipts.get(settlement);
      if (receipt !== undefined) accepted.set(settlement, receipt);
      this.events.settled(settlement, receipt !== undefined);
    }
    if (read !== null && read.revoked.length > 0) this.events.revoked(read.revoked);
  }

  /**
   * Tries for as long as a lease may stand; after that the messages run again elsewhere.
   * @returns the answer; an error when the server refuses these arguments; null when it was given up, or the consumer closed
   */
  async #call(batch: SettleBatch): Promise<string | Error | null> {
    const { connection, statements, options, shift } = this.context;
    const number = ++this.#number;
    const { numbers, masks, others, saves, company } = batch.lists();
    for (let attempts = 0; !this.#closed; attempts++) {
      if (attempts > 0 && !batch.order.some((settlement) => this.events.holds(settlement))) return null;
      const { dedupRetention, deadLetterLimit } = options;
      const again = attempts > 0;
      const values = [this.owner, number, again, numbers, masks, others, saves, company, dedupRetention, deadLetterLimit, shift()];
      try {
        const [row] = await connection.query<{ answer: string }>(statements.settle, values);
        return row!.answer;
      } catch (error) {
        if (!isTransient(error) && !isFull(error)) return error as Error;
        await pause(RETRY_PAUSE);
      }
    }
    return null;
  }

  #refuse(settlement: Settlement, error: unknown): void {
    this.context.options.logger.error('A settlement was refused; the delivery is left to its lease', {
      taskId: settlement.delivery.id,
      queue: settlement.delivery.queue,
      kind: settlement.kind,
      error,
    });
    this.events.settled(settlement, false);
  }
}

/** New work is refused at once by a full server; what is done is worth waiting for room, since it would be done again. */
function isFull(error: unknown): boolean {
  return error instanceof ServerRefusedError && error.full;
}
