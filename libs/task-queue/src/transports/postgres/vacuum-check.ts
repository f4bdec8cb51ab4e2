import type { PostgresContext } from './postgres-context.js';

interface VacuumRow {
  readonly autovacuum: string;
  /** ms that the oldest transaction has been open */
  readonly oldest: number | null;
}

/** ms after which an open transaction is worth a word: no row that died since can go */
const LONG = 600_000;

/** Says at boot what would let the tables of the queues grow. They work all the same. */
export async function warnOfVacuum({ connection, statements, options }: PostgresContext): Promise<void> {
  const found = await connection.query<VacuumRow>(statements.vacuum, [], { timeout: 2_000 }).catch(() => []);
  for (const { autovacuum, oldest } of found) {
    if (autovacuum !== 'on') options.logger.warn("PostgreSQL's autovacuum is off: the tables of the queues will only grow. Switch it on");
    if (oldest !== null && oldest > LONG) {
      options.logger.warn('A transaction has been open for long: until it ends, what is finished in the queues cannot be removed', {
        oldest,
      });
    }
  }
}
