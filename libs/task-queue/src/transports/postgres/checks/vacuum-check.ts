import type { TaskLogger } from '../../../core/ports/runtime/logger.js';
import type { BootSession } from '../connection/postgres-connection.js';
import { statementsFor } from '../connection/statements.js';

interface VacuumRow {
  readonly vacuums: boolean;
  /** tables for which it is switched off */
  readonly without: string | null;
  /** ms that the oldest transaction has been open */
  readonly oldest: number | null;
}

/** ms after which an open transaction is worth a word: no row that died since can go */
const LONG = 600_000;

/** Says what would let the tables of the queues grow. They work all the same. */
export async function warnOfVacuum({ query, schema }: BootSession, logger: TaskLogger): Promise<void> {
  const found = await query<VacuumRow>(statementsFor(schema).vacuum, [schema], { timeout: 2_000 }).catch(() => []);
  for (const { vacuums, without, oldest } of found) {
    if (!vacuums)
      logger.warn('PostgreSQL does not clean up: the tables of the queues will only grow. Set autovacuum and track_counts to on');
    if (without !== null) {
      logger.warn('autovacuum is off for tables of the queues, which will only grow: alter table … reset (autovacuum_enabled)', {
        schema,
        tables: without,
      });
    }
    if (oldest !== null && oldest > LONG) {
      logger.warn('A transaction has been open for long: until it ends, what is finished in the queues cannot be removed', { oldest });
    }
  }
}
