import type { RevokedDelivery, Settlement, SettleReceipt } from '../../../core/ports/broker/consumer.js';
import type { TaskLogger } from '../../../core/ports/runtime/logger.js';
import { pause } from '../pause.js';
import { ConnectionLostError } from '../store-errors.js';
import type { HeldLeases } from './held-leases.js';
import { SetApart } from './set-apart.js';

const MAX_BATCH = 500;
/** characters of one call, beyond which no more settlements are added: a slow line must carry it in time */
const MAX_SIZE = 2 ** 20;
const MIN_SIZE = 2 ** 16;
const RETRY_PAUSE = 50;

/** Settlements encoded for one call. */
export interface SettleBatch {
  /** how many of the given settlements it took, from the first on */
  readonly taken: number;
  /** in the order in which the store answers for them */
  readonly order: readonly Settlement[];
  /** settlements that cannot be encoded; each fails alone */
  readonly broken: readonly BrokenSettlement[];
}

export interface BrokenSettlement {
  readonly settlement: Settlement;
  readonly error: unknown;
}

/** Receipts of accepted settlements. */
export type Accepted = Map<Settlement, SettleReceipt>;

/** The engine's part: one call of its settle script or function. */
export interface SettleCalls<Batch extends SettleBatch> {
  /** Takes settlements until their texts have `size` characters; at least one. */
  encode(settlements: readonly Settlement[], size: number): Batch;
  /**
   * Settles a batch, adds receipts of accepted settlements to `accepted`, and answers what it learned about revocations.
   * @param number the same for each repetition of a call, so that a call whose answer was lost settles nothing twice
   * @throws an error that passes = the call is repeated; any other = the store refuses these arguments
   */
  send(batch: Batch, number: number, again: boolean, accepted: Accepted): Promise<readonly RevokedDelivery[]>;
  /** Whether the same call may succeed later. */
  passes(error: unknown): boolean;
  /** Whether a part of the call waits for somebody else, while the rest could be settled. */
  waits?(error: unknown): boolean;
}

/**
 * Owns the settle calls of one consumer: how settlements become calls, and how calls are repeated.
 *
 * - The worker (SettleDeliveries) collects settlements that end in one turn of the event loop. This queue adds those that arrive
 *   while a call is under way to the next call.
 * - This queue alone repeats a settle call: only the engine knows the number of a call whose answer was lost. It repeats for as
 *   long as a lease may hold; after that the messages run again elsewhere. `settle` never rejects.
 * - If the store refuses a batch, nothing was written. Halves are tried until the refused settlement is alone.
 * - A batch of which a part waits for somebody else is set apart, and delays no other call (SetApart).
 */
export class SettleQueue<Batch extends SettleBatch> {
  #jobs: Job[] = [];
  #running = false;
  #number = 0;
  #closed = false;
  readonly #apart = new SetApart(() => this.#start());
  /** upper bound of a call: smaller after a connection that was lost during one */
  #size = MAX_SIZE;

  constructor(
    private readonly calls: SettleCalls<Batch>,
    private readonly held: HeldLeases,
    private readonly logger: TaskLogger,
  ) {}

  /** Receipts in the order of the settlements. */
  settle(settlements: readonly Settlement[]): Promise<SettleReceipt[]> {
    const fresh = this.held.beginSettling(settlements);
    return new Promise((resolve) => {
      this.#jobs.push({ settlements, fresh, resolve });
      if (!this.#running) this.#start();
    });
  }

  /** Repeats no call any more: unsettled deliveries are left to their leases. */
  close(): void {
    this.#closed = true;
    this.#apart.retryNow();
  }

  #start(): void {
    if (this.#running) return;
    this.#running = true;
    queueMicrotask(() => void this.#run());
  }

  async #run(): Promise<void> {
    while (this.#jobs.length > 0 || this.#apart.due) {
      const jobs = this.#jobs;
      this.#jobs = [];
      const all = jobs.length === 1 ? jobs[0]!.fresh : jobs.flatMap(({ fresh }) => fresh);
      const accepted: Accepted = new Map();
      for (let at = 0; at < all.length; at += MAX_BATCH) {
        await this.#settleBatch(all.length <= MAX_BATCH ? all : all.slice(at, at + MAX_BATCH), accepted);
      }
      for (const job of jobs) this.#end(job, accepted);
      if (this.#apart.due) await this.#retryApart();
    }
    this.#running = false;
  }

  /** A job with a settlement that is set apart ends when that is decided. */
  #end(job: Job, accepted: Accepted): void {
    if (this.#apart.isEmpty) job.resolve(receiptsOf(job, accepted));
    else this.#apart.whenDecided(job.fresh, accepted, () => job.resolve(receiptsOf(job, accepted)));
  }

  async #retryApart(): Promise<void> {
    const accepted: Accepted = new Map();
    const held: Settlement[] = [];
    for (const settlement of this.#apart.take()) {
      if (this.held.holds(settlement.delivery)) held.push(settlement);
      else this.held.settled(settlement.delivery, false);
    }
    if (held.length > 0) await this.#settleBatch(held, accepted);
    this.#apart.tried(accepted);
  }

  async #settleBatch(settlements: readonly Settlement[], accepted: Accepted): Promise<void> {
    const batch = this.calls.encode(settlements, this.#size);
    const { taken } = batch;
    for (const { settlement, error } of batch.broken) this.#refuse(settlement, error);
    if (batch.order.length > 0) await this.#settleOrder(batch, accepted);
    if (taken < settlements.length) await this.#settleBatch(settlements.slice(taken), accepted);
  }

  async #settleOrder(batch: Batch, accepted: Accepted): Promise<void> {
    const { order } = batch;
    const answer = await this.#call(batch, accepted);
    if (answer instanceof Error) {
      if (this.calls.waits?.(answer)) return this.#apart.add(order);
      if (order.length === 1) return this.#refuse(order[0]!, answer);
      const half = Math.ceil(order.length / 2);
      await this.#settleBatch(order.slice(0, half), accepted);
      return this.#settleBatch(order.slice(half), accepted);
    }
    for (const settlement of order) this.held.settled(settlement.delivery, accepted.has(settlement));
    this.held.tellRevoked(answer);
  }

  /** @returns the store's error if it refuses the arguments; nothing revoked when the call is given up */
  async #call(batch: Batch, accepted: Accepted): Promise<readonly RevokedDelivery[] | Error> {
    const number = ++this.#number;
    for (let again = false; !this.#closed; again = true) {
      if (again && !batch.order.some(({ delivery }) => this.held.holds(delivery))) break;
      try {
        const answer = await this.calls.send(batch, number, again, accepted);
        if (!again && this.#size < MAX_SIZE) this.#size *= 2;
        return answer;
      } catch (error) {
        if (!this.calls.passes(error) || this.calls.waits?.(error)) return error as Error;
        if (error instanceof ConnectionLostError && error.sent) this.#size = Math.max(MIN_SIZE, this.#size / 2);
        await pause(RETRY_PAUSE);
      }
    }
    return [];
  }

  #refuse({ delivery, kind }: Settlement, error: unknown): void {
    const { id: taskId, queue } = delivery;
    this.logger.error('A settlement was refused; the delivery is left to its lease', { taskId, queue, kind, error });
    this.held.settled(delivery, false);
  }
}

interface Job {
  readonly settlements: readonly Settlement[];
  /** those that the store is asked about */
  readonly fresh: readonly Settlement[];
  resolve(receipts: SettleReceipt[]): void;
}

function receiptsOf({ settlements, fresh }: Job, accepted: Accepted): SettleReceipt[] {
  // The same settlement twice is accepted once.
  const own = fresh.length === settlements.length ? accepted : new Map(fresh.map((one) => [one, accepted.get(one)]));
  return settlements.map((one) => own.get(one) ?? { id: one.delivery.id, accepted: false });
}
