import { TaskNotUniqueError } from '../../core/errors/publish-errors.js';
import type { Publication, PublishReceipt } from '../../core/ports/broker/publication.js';
import type { OpenTransaction, PublisherWithin, TransactionalPublishing } from '../../core/ports/broker/transactional.js';
import { chunks } from '../../core/ports/stores/chunks.js';
import { writeError } from './write-error.js';

interface Waiting {
  readonly publication: Publication;
  resolve(receipt: PublishReceipt): void;
  reject(error: unknown): void;
}

/** Publishes within one transaction. Calls of the same tick share one statement, in the order in which they were made. */
export class TransactionPublisher implements PublisherWithin {
  #waiting: Waiting[] = [];
  /** the last batch: a connection takes one statement at a time */
  #last = Promise.resolve();

  constructor(
    private readonly transaction: OpenTransaction,
    private readonly target: () => TransactionalPublishing | Promise<TransactionalPublishing>,
    private readonly timeout: number,
  ) {}

  send(publication: Publication): Promise<PublishReceipt> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ publication, resolve, reject });
      if (this.#waiting.length === 1) queueMicrotask(() => this.#flush());
    });
  }

  #flush(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    this.#last = this.#last.then(() => this.#publish(batch));
  }

  /** Never rejects. */
  async #publish(batch: readonly Waiting[]): Promise<void> {
    try {
      this.transaction.check('Sending a task');
      const target = await this.target();
      for (const part of chunks(batch)) {
        const receipts = await target.publishWithin(
          this.transaction.session,
          part.map(({ publication }) => publication),
          { timeout: this.timeout },
        );
        part.forEach((one, index) => answer(one, receipts[index]!));
      }
    } catch (error) {
      const told = writeError('Sending within the transaction', 'of the queues', error);
      // Calls that were resolved before stay resolved.
      for (const { reject } of batch) reject(told);
    }
  }
}

function answer({ publication, resolve, reject }: Waiting, receipt: PublishReceipt): void {
  if (receipt.refused === undefined) resolve(receipt);
  else reject(new TaskNotUniqueError(publication.id, publication.unique!.key, receipt.refused.holder));
}
