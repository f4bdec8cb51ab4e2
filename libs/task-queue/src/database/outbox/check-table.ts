import { BrokerUnavailableError } from '../../core/errors/publish-errors.js';
import { TableUnusableError } from '../../core/errors/transaction-errors.js';
import { TaskQueueError } from '../../core/errors/task-queue-error.js';
import { quoteIdentifier } from './statements.js';
import { isConnectionLoss } from './write-error.js';

interface Queryable {
  query<Row>(text: string, values: readonly unknown[]): Promise<readonly Row[]>;
}

const CHECK = `SELECT to_regclass($1) IS NOT NULL AS "exists",
  CASE WHEN to_regclass($1) IS NULL THEN true ELSE
    (SELECT bool_and(pg_catalog.has_table_privilege(to_regclass($1), trim(needed))) FROM pg_catalog.unnest(string_to_array($2, ',')) AS needed)
  END AS usable`;

/** @param needed such as 'SELECT, INSERT'; @throws TableUnusableError · BrokerUnavailableError · InvalidOptionError a DataSource that is closed */
export async function checkTable(database: Queryable, schema: string, table: string, needed: string): Promise<void> {
  const name = `${quoteIdentifier(schema)}.${table}`;
  const [found] = await database.query<{ exists: boolean; usable: boolean }>(CHECK, [name, needed]).catch((error: unknown) => {
    if (error instanceof TaskQueueError) throw error;
    if (isConnectionLoss(error)) throw new BrokerUnavailableError(`Looking for the table ${schema}.${table}`, { cause: error });
    // Without the right USAGE on the schema, PostgreSQL does not say whether the table exists.
    throw new TableUnusableError(`${schema}.${table}`, error instanceof Error ? error.message : String(error), { cause: error });
  });
  if (!found!.exists) throw new TableUnusableError(`${schema}.${table}`, 'it does not exist');
  if (!found!.usable) throw new TableUnusableError(`${schema}.${table}`, `the rights ${needed} are needed`);
}
