import { z } from 'zod';
import type { IsolationLevel, TransactionalPolicy } from '../ports/task/task-transactions.js';

/** Of which DataSource a task's transaction is, and how isolated. */
export interface TransactionalOptions {
  /** the name of a TypeORM DataSource; default: the one without a name */
  readonly dataSource?: string;
  /** default: as the DataSource, or the database, says */
  readonly isolation?: IsolationLevel;
}

const fields = z.strictObject({
  dataSource: z.string().min(1).optional(),
  isolation: z.enum(['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE']).optional(),
});

/** true, false or options, as {@link TransactionalPolicy}; false = null */
export const transactionalField = z
  .union([z.boolean(), fields])
  .nullable()
  .transform((value): TransactionalPolicy | null => {
    if (value === false || value === null) return null;
    const { dataSource = null, isolation = null } = value === true ? {} : value;
    return { dataSource, isolation };
  })
  .describe("true, false, or { dataSource: 'name', isolation: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE' }");
