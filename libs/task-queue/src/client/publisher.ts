import type { Broker, Publication, PublishReceipt } from '../ports/index.js';

interface Waiting {
  readonly publication: Publication;
  resolve(receipt: PublishReceipt): void;
  reject(error: unknown): void;
}

/** The one door out: calls made in the same tick leave as one batch, in the order they were made. */
export class Publisher {
  #waiting: Waiting[] = [];
  readonly #inFlight = new Set<Promise<void>>();

  constructor(
    private readonly broker: Broker,
    private readonly timeout: number,
  ) {}

  /**
   * Resolves when the message is durable.
   * @throws BrokerUnavailableError · PublishUncertainError · BrokerFullError
   */
  send(publication: Publication): Promise<PublishReceipt> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ publication, resolve, reject });
      if (this.#waiting.length === 1) queueMicrotask(() => this.#flush());
    });
  }

  /** Resolves when nothing that was sent before is still under way. */
  async drain(): Promise<void> {
    while (this.#waiting.length > 0 || this.#inFlight.size > 0) {
      await Promise.resolve();
      await Promise.all(this.#inFlight);
    }
  }

  #flush(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    const done = this.#publish(batch).finally(() => this.#inFlight.delete(done));
    this.#inFlight.add(done);
  }

  async #publish(batch: readonly Waiting[]): Promise<void> {
    try {
      const receipts = await this.broker.publish(
        batch.map((one) => one.publication),
        { timeout: this.timeout },
      );
      batch.forEach((one, index) => one.resolve(receipts[index]!));
    } catch (error) {
      for (const one of batch) one.reject(error);
    }
  }
}
