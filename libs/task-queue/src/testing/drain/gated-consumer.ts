import type { ConsumeOptions, Consumer, Delivery, ExtendReport, Settlement, SettleReceipt } from '../../core/ports/broker/consumer.js';
import type { Inspector } from '../../core/ports/control/inspector.js';
import type { Publication } from '../../core/ports/broker/publication.js';
import type { Gate } from './gate.js';

export interface GateContext {
  readonly gate: Gate;
  readonly inspector: Inspector;
  /** Called with the publications of the worker: follow-ups, and messages that an early-acknowledged task puts back. */
  published(publications: readonly Publication[]): void;
}

/** A consumer that receives only while the gate is open, and then from every existing queue. */
export class GatedConsumer implements Consumer {
  readonly #covered: Set<string>;
  #closed = false;

  private constructor(
    private readonly inner: Consumer,
    private readonly context: GateContext,
    queues: readonly string[],
  ) {
    this.#covered = new Set(queues);
    context.gate.enter(this);
  }

  /** @param consume creates the consumer behind the gate */
  static async open(
    consume: (options: ConsumeOptions) => Promise<Consumer>,
    queues: readonly string[],
    options: ConsumeOptions,
    context: GateContext,
  ): Promise<GatedConsumer> {
    // The inner consumer never waits: the gate does the waiting.
    return new GatedConsumer(await consume({ ...options, maxWait: 0 }), context, queues);
  }

  get lastReceiveAt(): number {
    return this.inner.lastReceiveAt;
  }

  get renewing(): boolean {
    return this.inner.renewing ?? true;
  }

  async receive(limit: number, signal: AbortSignal): Promise<Delivery[]> {
    const { gate } = this.context;
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
    settlements.forEach(({ publish = [] }, index) => receipts[index]!.accepted && this.context.published(publish));
    this.context.gate.moveOn();
    return receipts;
  }

  extend(deliveries: readonly Delivery[]): Promise<ExtendReport> {
    return this.inner.extend(deliveries);
  }

  async subscribe(queues: readonly string[]): Promise<void> {
    for (const queue of queues) this.#covered.add(queue);
    await this.inner.subscribe([...this.#covered]);
    this.context.gate.moveOn();
  }

  holds(delivery: Delivery): boolean {
    return this.inner.holds(delivery);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.context.gate.leave(this);
    await this.inner.close();
  }

  async #coverAll(): Promise<void> {
    const found = (await this.context.inspector.queues()).filter((queue) => !this.#covered.has(queue));
    if (found.length === 0) return;
    for (const queue of found) this.#covered.add(queue);
    await this.inner.subscribe([...this.#covered]);
  }
}
