import { TaskQueueError } from '../../../core/errors/task-queue-error.js';
import type { Publication, PublishOptions, PublishReceipt } from '../../../core/ports/broker/publication.js';
import { IDENTIFY_DATABASE } from '../../../core/ports/broker/transactional.js';
import type { DatabaseIdentity, TransactionalPublishing, TransactionSession } from '../../../core/ports/broker/transactional.js';
import { checkPublication } from '../../shared/check-publication.js';
import { monotonic } from '../../shared/monotonic.js';
import { callStore } from '../connection/call-store.js';
import type { PostgresContext } from '../postgres-context.js';
import { translate } from '../connection/postgres-errors.js';
import { copyReceipts, firstOfEach, isPlain, plainCall, publicationRow, readReceipt, readRefusals } from './publication-rows.js';
import { toStored } from '../connection/stored-text.js';

const WHAT = 'Publishing in a transaction';
/** ms after which a queue is added to the known queues again, in case the list was emptied */
const NAME_AGAIN = 60_000;

/** Publishes within a transaction of the application. */
export class PublishWithin implements TransactionalPublishing {
  /** monotonic ms until which a queue need not be added to the known queues again */
  readonly #named = new Map<string, number>();

  constructor(private readonly context: PostgresContext) {}

  async databaseIdentity(): Promise<DatabaseIdentity> {
    const statement = { name: 'tq_identify_database', text: IDENTIFY_DATABASE };
    const [identity] = await callStore<DatabaseIdentity>(this.context.connection, WHAT, statement, []);
    return identity!;
  }

  async publishWithin(
    session: TransactionSession,
    publications: readonly Publication[],
    { timeout }: PublishOptions,
  ): Promise<PublishReceipt[]> {
    if (publications.length === 0) return [];
    publications.forEach(checkPublication);
    const { statements, options, shift } = this.context;
    if (publications.every(isPlain)) {
      const { form, values } = plainCall(publications);
      await ask(session, statements[`publish${form}Within`].text, values);
      this.#nameQueues(publications);
      return publications.map(({ id }) => ({ id, deduplicated: false }));
    }
    const places = firstOfEach(publications);
    const rows = JSON.stringify(places.map((place, n) => publicationRow(publications[place]!, n)));
    const values = [rows, options.dedupRetention, shift(), Math.max(1, Math.ceil(timeout))];
    const [answer] = await ask<{ told: string }>(session, statements.publishWithin.text, values);
    const refusals = readRefusals(answer!.told);
    this.#nameQueues(publications);
    const receipts = new Array<PublishReceipt>(publications.length);
    places.forEach((place, n) => (receipts[place] = readReceipt(publications[place]!.id, refusals.get(n))));
    return copyReceipts(publications, receipts);
  }

  /** Outside the transaction: an uncommitted name of a new queue would block other publishers until the transaction ends. */
  #nameQueues(publications: readonly Publication[]): void {
    const now = monotonic();
    const names = [...new Set(publications.map(({ queue }) => queue))].filter((name) => (this.#named.get(name) ?? 0) < now);
    if (names.length === 0) return;
    for (const name of names) this.#named.set(name, now + NAME_AGAIN);
    const { connection, statements } = this.context;
    connection.query(statements.knowQueues, [names.map(toStored)]).catch(() => {
      // A later message adds them.
      for (const name of names) this.#named.delete(name);
    });
  }
}

/** @throws TransactionNotOpenError · ConnectionLostError · ServerRefusedError, without the data that the driver's errors carry */
async function ask<Row>(session: TransactionSession, text: string, values: readonly unknown[]): Promise<readonly Row[]> {
  try {
    return (await session.query<Row>(text, values)).rows;
  } catch (error) {
    throw error instanceof TaskQueueError ? error : translate(error, true);
  }
}
