import { TaskNotUniqueError } from '../../core/errors/index.js';
import type { OpenTransaction, Publication, PublishReceipt } from '../../core/ports/index.js';
import type { TransactionDoors } from './transaction-doors.js';
import { writeError } from './write-error.js';

interface Waiting {
  readonly publication: Publication;
  resolve(receipt: PublishReceipt): void;
  reject(error: unknown): void;
}

const FULL_BATCH = 500;

/** Publishes within one transaction: calls made in the same tick go in one statement, in the order they were made. */
export class TransactionPublisher {
  #waiting: Waiting[] = [];
  /** the batch under way: one connection takes one statement at a time */
  #last = Promise.resolve();

  constructor(
    private readonly transaction: OpenTransaction,
    private readonly doors: TransactionDoors,
    private readonly timeout: number,
  ) {}

  /**
   * Resolves when it is written; it is sent when the transaction commits.
   * @throws TransactionNotOpenError · TransactionAbortedError · TransactionWriteError · TableUnusableError · OutboxMissingError ·
   * TaskNotUniqueError
   */
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
      const door = this.doors.known(this.transaction) ?? (await this.doors.of(this.transaction));
      for (let from = 0; from < batch.length; from += FULL_BATCH) {
        const part = batch.slice(from, from + FULL_BATCH);
        const receipts = await door.publishWithin(
          this.transaction.session,
          part.map(({ publication }) => publication),
          { timeout: this.timeout },
        );
        part.forEach((one, index) => answer(one, receipts[index]!));
      }
    } catch (error) {
      const told = writeError('Sending within the transaction', 'of the queues', error);
      // Those that were answered before are not rejected by it.
      for (const { reject } of batch) reject(told);
    }
  }
}

function answer({ publication, resolve, reject }: Waiting, receipt: PublishReceipt): void {
  if (receipt.refused === undefined) resolve(receipt);
  else reject(new TaskNotUniqueError(publication.id, publication.unique!.key, receipt.refused.holder));
}
