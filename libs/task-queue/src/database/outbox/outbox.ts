import { TableUnusableError } from '../../core/errors/transaction-errors.js';
import {
  type DatabaseIdentity,
  IDENTIFY_DATABASE,
  type TransactionalPublishing,
  type TransactionSession,
} from '../../core/ports/broker/transactional.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { Publication, PublishReceipt } from '../../core/ports/broker/publication.js';
import { checkSchemaName } from '../../core/policies/check-schema-name.js';
import { ApplicationDatabase } from './application-database.js';
import type { OutboxOptions } from '../../core/client/options/outbox-options.js';
import { encodePublication } from './publication-row.js';
import { outboxStatements, type OutboxStatements } from './statements.js';
import { checkTable } from './check-table.js';
import { writeError } from './write-error.js';

export interface OutboxStats {
  /** rows that no relay has published yet */
  readonly waiting: number;
  /** ms for which the oldest row has waited; 0 = no row waits */
  readonly lag: number;
  /** rows that the broker refuses; a person has to look at them */
  readonly refused: number;
}

/**
 * Stores messages as rows of the application's database, in the sender's transaction, for a broker outside that database. A relay
 * publishes them after the commit.
 */
export class Outbox implements TransactionalPublishing {
  readonly database: ApplicationDatabase;
  readonly statements: OutboxStatements;
  readonly #table: string;

  /** @throws InvalidOptionError · DatabaseUnsupportedError */
  constructor(
    readonly options: OutboxOptions,
    private readonly schema: string,
    private readonly clock: Clock,
  ) {
    checkSchemaName(schema);
    this.database = new ApplicationDatabase(options.database, "'outbox' of TaskQueueModule.forRoot");
    this.statements = outboxStatements(schema);
    this.#table = `${schema}.outbox`;
  }

  /** @throws TableUnusableError */
  async check(): Promise<void> {
    for (const table of ['outbox', 'outbox_relay']) await checkTable(this.database, this.schema, table, 'SELECT, INSERT, UPDATE, DELETE');
  }

  async databaseIdentity(): Promise<DatabaseIdentity> {
    const [identity] = await this.database.query<DatabaseIdentity>(IDENTIFY_DATABASE);
    return identity!;
  }

  /** @throws TableUnusableError · TransactionAbortedError · TransactionWriteError */
  async publishWithin(session: TransactionSession, publications: readonly Publication[]): Promise<PublishReceipt[]> {
    const now = this.clock.now();
    const rows = publications.map((publication) => encodePublication(publication, now));
    try {
      await session.query(this.statements.write, [publications.map(({ queue }) => queue), rows]);
    } catch (error) {
      throw writeError('Sending within the transaction', this.#table, error);
    }
    return publications.map(({ id }) => ({ id, deduplicated: false }));
  }

  /** The rows of all relays. */
  async stats(): Promise<OutboxStats> {
    const [stats] = await this.database.query<OutboxStats>(this.statements.stats);
    if (stats === undefined) throw new TableUnusableError(this.#table, 'it gave no answer');
    return stats;
  }
}
