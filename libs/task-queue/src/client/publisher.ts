import { TaskNotUniqueError } from '../errors/index.js';
import type { Broker, Publication, PublishReceipt } from '../ports/index.js';

interface Waiting {
  readonly publication: Publication;
  resolve(receipt: PublishReceipt): void;
  reject(error: unknown): void;
}

/** A batch of this many leaves at once, so that the broker works on it while the rest of the tick's calls are made. */
const FULL_BATCH = 250;

/** The one door out: calls made in the same tick leave in batches, in the order they were made. */
export class Publisher {
  #waiting: Waiting[] = [];
  readonly #inFlight = new Set<Promise<void>>();

  constructor(
    private readonly broker: Broker,
    private readonly timeout: number,
  ) {}

  /**
   * Resolves when the message is durable.
   * @throws BrokerUnavailableError · PublishUncertainError · BrokerFullError · TaskNotUniqueError
   */
  send(publication: Publication): Promise<PublishReceipt> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ publication, resolve, reject });
      if (this.#waiting.length === 1) queueMicrotask(() => this.#flush());
      else if (this.#waiting.length >= FULL_BATCH) this.#flush();
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
    if (batch.length === 0) return;
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
      batch.forEach((one, index) => answer(one, receipts[index]!));
    } catch (error) {
      for (const one of batch) one.reject(error);
    }
  }
}

function answer({ publication, resolve, reject }: Waiting, receipt: PublishReceipt): void {
  if (receipt.refused === undefined) resolve(receipt);
  else reject(new TaskNotUniqueError(publication.id, publication.unique!.key, receipt.refused.holder));
}
