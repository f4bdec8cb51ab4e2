import { heldBackOf, logHeldBack } from '../../attempt/listening/held-back.js';
import type { PublishEvents } from '../../attempt/listening/publish-events.js';
import { BrokerUnavailableError } from '../../errors/publish-errors.js';
import type { TaskResultRecord } from '../../message/task-result.js';
import type { Broker } from '../../ports/broker/broker.js';
import type { Clock } from '../../ports/runtime/clock.js';
import type { Consumer, Delivery, HeldBackReceipt, Settlement, SettleReceipt } from '../../ports/broker/consumer.js';
import type { PublishReceipt } from '../../ports/broker/publication.js';
import type { ResultBackend } from '../../ports/stores/result-backend.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';
import type { RememberFailed } from './remember-failed.js';

export interface SettleOptions {
  readonly consumer: Consumer;
  readonly broker: Broker;
  readonly results: ResultBackend;
  /** results are another store than the broker: they are saved before the delivery is settled */
  readonly resultsApart: boolean;
  /** the broker does not publish them with a settlement: they are sent before it, with ids that are accepted once */
  readonly followUpsApart: boolean;
  /** where dead letters are remembered, too; undefined = nowhere but with the broker */
  readonly failedTasks?: RememberFailed | undefined;
  readonly publishTimeout: number;
  readonly logger: TaskLogger;
  readonly clock: Clock;
  /** fewer are pending than before */
  readonly onSettled?: () => void;
}

const RETRY_DELAY = 200;

/**
 * Collects settlements: those that end within one turn of the event loop go to the consumer as one batch, after the results and
 * follow-ups that live in other stores. The consumer owns the settle call and its repetitions (see SettleQueue); this class
 * repeats what it writes itself, and a `settle` that rejects, for as long as the leases hold.
 */
export class SettleDeliveries {
  #waiting: Settlement[] = [];
  #scheduled = false;
  #inFlight = 0;
  #idle: (() => void)[] = [];
  /** of settlements whose publications have listeners */
  #events: WeakMap<Delivery, PublishEvents> | undefined;

  constructor(private readonly options: SettleOptions) {}

  /** how many are not settled yet */
  get pending(): number {
    return this.#waiting.length + this.#inFlight;
  }

  /** @param events called when the publications of the settlement are sent */
  add(settlement: Settlement, events?: PublishEvents): void {
    if (events !== undefined) (this.#events ??= new WeakMap()).set(settlement.delivery, events);
    this.#waiting.push(settlement);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  /** Settles one at once. @returns whether it was accepted */
  async now(settlement: Settlement): Promise<boolean> {
    const [accepted] = await this.#settle([settlement]);
    return accepted ?? false;
  }

  /** Resolves when everything added before is settled or given up. */
  async drain(): Promise<void> {
    this.#flush();
    while (this.pending > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #flush(): void {
    this.#scheduled = false;
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    this.#inFlight += batch.length;
    void this.#settle(batch).finally(() => {
      this.#inFlight -= batch.length;
      this.options.onSettled?.();
      if (this.pending === 0) for (const resolve of this.#idle.splice(0)) resolve();
    });
  }

  /** Never rejects. */
  async #settle(batch: readonly Settlement[]): Promise<boolean[]> {
    let open = batch;
    for (;;) {
      try {
        if (this.options.followUpsApart) open = await this.#publishApart(open);
        if (this.options.resultsApart) open = await this.#saveApart(open);
        const receipts = await this.options.consumer.settle(open);
        receipts.forEach((receipt, index) => {
          if (receipt.accepted) this.#accepted(open[index]!, receipt);
          else this.#refused(open[index]!);
        });
        await this.options.failedTasks?.remember(open.filter((_, index) => receipts[index]!.accepted));
        return receipts.map((receipt) => receipt.accepted);
      } catch (error) {
        open = this.#stillHeld(open, error);
        if (open.length === 0) return batch.map(() => false);
        await new Promise<void>((resolve) => this.options.clock.timer(RETRY_DELAY, resolve));
      }
    }
  }

  /** Publishes the follow-ups of deliveries that are held by their local deadline. The others are released. */
  async #publishApart(batch: readonly Settlement[]): Promise<readonly Settlement[]> {
    const { broker, publishTimeout } = this.options;
    const { held, late } = this.#parted(batch);
    const publications = held.flatMap(({ publish = [] }) => publish);
    if (publications.length > 0) {
      const receipts = await broker.publish(publications, { timeout: publishTimeout });
      this.#tellHeldBack(held, receipts);
    }
    return [...held.map(({ publish: _, ...settlement }) => settlement as Settlement), ...late];
  }

  /** Saves the results of deliveries that are held by their local deadline. The others are released. */
  async #saveApart(batch: readonly Settlement[]): Promise<readonly Settlement[]> {
    const { held, late } = this.#parted(batch);
    const byExpiry = new Map<number, TaskResultRecord[]>();
    for (const { result } of held) {
      if (result === undefined) continue;
      const records = byExpiry.get(result.expires);
      if (records === undefined) byExpiry.set(result.expires, [result.record]);
      else records.push(result.record);
    }
    for (const [expires, records] of byExpiry) await this.options.results.save(records, expires);
    return [...held.map(({ result: _, ...settlement }) => settlement as Settlement), ...late];
  }

  #parted(batch: readonly Settlement[]): { readonly held: readonly Settlement[]; readonly late: readonly Settlement[] } {
    const held = batch.filter((one) => this.options.consumer.holds(one.delivery));
    if (held.length === batch.length) return { held, late: [] };
    const late = batch.filter((one) => !held.includes(one));
    return { held, late: late.map(({ delivery }) => ({ delivery, kind: 'release', delay: 0, charge: false })) };
  }

  #stillHeld(batch: readonly Settlement[], error: unknown): readonly Settlement[] {
    const held = batch.filter((one) => this.options.consumer.holds(one.delivery));
    const fields = { error, waiting: held.length, givenUp: batch.length - held.length };
    if (error instanceof BrokerUnavailableError) this.options.logger.warn('the broker cannot be reached; settling again soon', fields);
    else this.options.logger.error('settling failed; trying again soon', fields);
    return held;
  }

  #accepted(settlement: Settlement, { heldBack }: SettleReceipt): void {
    if (heldBack !== undefined) this.#heldBack(settlement, heldBack);
    this.#events?.get(settlement.delivery)?.sent();
  }

  /** @param receipts of all their follow-ups, one after the other */
  #tellHeldBack(batch: readonly Settlement[], receipts: readonly PublishReceipt[]): void {
    let at = 0;
    for (const settlement of batch) {
      const { publish = [] } = settlement;
      const heldBack = heldBackOf(publish, receipts.slice(at, (at += publish.length)));
      if (heldBack.length > 0) this.#heldBack(settlement, heldBack);
    }
  }

  #heldBack({ delivery, publish = [] }: Settlement, receipts: readonly HeldBackReceipt[]): void {
    logHeldBack(this.options.logger, delivery.id, publish, receipts);
    this.#events?.get(delivery)?.heldBack(receipts);
  }

  #refused({ delivery, kind }: Settlement): void {
    this.options.logger.warn('a settlement came after the lease was lost; the task runs again elsewhere', {
      taskId: delivery.id,
      queue: delivery.queue,
      settlement: kind,
    });
  }
}
