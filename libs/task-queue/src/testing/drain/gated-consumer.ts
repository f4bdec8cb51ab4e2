import type { ConsumeOptions, Consumer, Delivery, ExtendReport, Settlement, SettleReceipt } from '../../core/ports/broker/consumer.js';
import type { Inspector } from '../../core/ports/control/inspector.js';
import type { Publication } from '../../core/ports/broker/publication.js';
import type { Gate } from './gate.js';

export interface GateSurroundings {
  readonly gate: Gate;
  readonly inspector: Inspector;
  /** told of what the worker publishes: what follows from a task, and what an early-acknowledged one puts back */
  published(publications: readonly Publication[]): void;
}

/** A consumer that takes work only while the gate is open, and then from every queue that there is. */
export class GatedConsumer implements Consumer {
  readonly #covered: Set<string>;
  #closed = false;

  private constructor(
    private readonly inner: Consumer,
    private readonly surroundings: GateSurroundings,
    queues: readonly string[],
  ) {
    this.#covered = new Set(queues);
    surroundings.gate.enter(this);
  }

  /** @param consume makes the consumer behind the gate */
  static async open(
    consume: (options: ConsumeOptions) => Promise<Consumer>,
    queues: readonly string[],
    options: ConsumeOptions,
    surroundings: GateSurroundings,
  ): Promise<GatedConsumer> {
    // It answers at once: the waiting is done before the gate.
    return new GatedConsumer(await consume({ ...options, maxWait: 0 }), surroundings, queues);
  }

  get lastReceiveAt(): number {
    return this.inner.lastReceiveAt;
  }

  async receive(limit: number, signal: AbortSignal): Promise<Delivery[]> {
    const { gate } = this.surroundings;
    while (!signal.aborted && !this.#closed) {
      const { moment } = gate;
      if (gate.isOpen) {
        await this.#coverAll();
        const taken = await this.inner.receive(limit, signal);
        if (taken.length > 0) return taken;
        gate.ranDry(this, moment);
      }
      await gate.after(moment, signal);
    }
    return [];
  }

  async settle(settlements: readonly Settlement[]): Promise<SettleReceipt[]> {
    const receipts = await this.inner.settle(settlements);
    settlements.forEach(({ publish = [] }, index) => receipts[index]!.accepted && this.surroundings.published(publish));
    this.surroundings.gate.moveOn();
    return receipts;
  }

  extend(deliveries: readonly Delivery[]): Promise<ExtendReport> {
    return this.inner.extend(deliveries);
  }

  async subscribe(queues: readonly string[]): Promise<void> {
    for (const queue of queues) this.#covered.add(queue);
    await this.inner.subscribe([...this.#covered]);
    this.surroundings.gate.moveOn();
  }

  holds(delivery: Delivery): boolean {
    return this.inner.holds(delivery);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.surroundings.gate.leave(this);
    await this.inner.close();
  }

  async #coverAll(): Promise<void> {
    const found = (await this.surroundings.inspector.queues()).filter((queue) => !this.#covered.has(queue));
    if (found.length === 0) return;
    for (const queue of found) this.#covered.add(queue);
    await this.inner.subscribe([...this.#covered]);
  }
}
