import type { RevokedDelivery, Settlement } from '../../../core/ports/broker/consumer.js';
import type { Accepted, SettleCalls } from '../../shared/leases/settle-queue.js';
import { isTransient } from '../../shared/store-errors.js';
import { ServerRefusedError } from '../connection/postgres-errors.js';
import type { PostgresContext } from '../postgres-context.js';
import { isSettleAnswer, readSettleAnswer } from './settle-answer.js';
import { SettleBatch } from './settle-batch.js';

/** Calls the function `settle` for the deliveries of one consumer. */
export class PostgresSettleCalls implements SettleCalls<SettleBatch> {
  /** @param gaveBack is called when messages may have gone back to their queues */
  constructor(
    private readonly context: PostgresContext,
    private readonly owner: string,
    private readonly gaveBack: () => void,
  ) {}

  encode(settlements: readonly Settlement[], size: number): SettleBatch {
    return new SettleBatch(settlements, size);
  }

  async send(batch: SettleBatch, number: number, again: boolean, accepted: Accepted): Promise<readonly RevokedDelivery[]> {
    const { connection, statements, options, shift } = this.context;
    const { numbers, masks, others, saves, sends } = batch.lists();
    const { dedupRetention, deadLetterLimit } = options;
    const values = [this.owner, number, again, numbers, masks, others, saves, sends, dedupRetention, deadLetterLimit, shift()];
    try {
      const [row] = await connection.query<{ answer: string }>(statements.settle, values, { fits: isSettleAnswer });
      return readSettleAnswer(row!.answer, batch, accepted);
    } finally {
      if (batch.givesBack) this.gaveBack();
    }
  }

  /** A full server refuses new work at once. Finished work waits for room, because it would be done again. */
  passes(error: unknown): boolean {
    return isTransient(error) || (error instanceof ServerRefusedError && error.full);
  }

  /** A transaction of the application has locked a unique key or an id that the settlement needs. */
  waits(error: unknown): boolean {
    return error instanceof ServerRefusedError && error.locked;
  }
}
