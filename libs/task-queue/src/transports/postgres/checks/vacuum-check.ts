import type { TaskLogger } from '../../../core/ports/runtime/logger.js';
import type { BootSession } from '../connection/postgres-connection.js';
import { statementsFor } from '../connection/statements.js';

interface VacuumRow {
  readonly vacuums: boolean;
  /** tables with autovacuum switched off */
  readonly without: string | null;
  /** ms for which the oldest transaction has been open */
  readonly oldest: number | null;
  /** sessions of other roles whose transactions this role may not see */
  readonly hidden: number;
  readonly role: string;
}

/** ms after which an open transaction is reported: rows that were deleted since cannot be removed */
const LONG = 600_000;

/** Warns of settings and transactions that let the tables of the queues grow. The queues work nevertheless. */
export async function warnOfVacuum({ query, schema }: BootSession, logger: TaskLogger): Promise<void> {
  const found = await query<VacuumRow>(statementsFor(schema).vacuum, [schema], { timeout: 2_000 }).catch(() => []);
  for (const { vacuums, without, oldest, hidden, role } of found) {
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
    if (hidden > 0) {
      logger.warn('Long transactions of other users cannot be seen, and so are not reported: grant pg_read_all_stats to the role', {
        role,
        hidden,
      });
    }
  }
}
