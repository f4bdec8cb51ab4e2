import { createHash } from 'node:crypto';
import { LONGEST_PAUSE, type ScheduleDatabase } from '../../../database/schedules/schedule-database.js';
import { SqlSchedules } from '../../../database/schedules/sql-schedules.js';
import type { TransactionalPublishing, TransactionSession } from '../../../core/ports/broker/transactional.js';
import { callStore, toBrokerError } from '../connection/call-store.js';
import type { PostgresContext } from '../postgres-context.js';
import { ServerRefusedError } from '../connection/postgres-errors.js';
import type { Sql, Statement } from '../connection/sql.js';

/** ms for which a turn waits for a unique key of another open transaction */
const LOCK_TIMEOUT = 1_000;

/** The schedules of the transport's schema. The transaction of a turn also publishes its message. */
export function postgresSchedules(context: PostgresContext, publishing: TransactionalPublishing): SqlSchedules {
  const { connection } = context;
  const known = new Map<string, Statement>();
  const statementOf = (text: string): Statement => {
    let statement = known.get(text);
    if (statement === undefined) known.set(text, (statement = { name: `tq_schedule_${printOf(text)}`, text }));
    return statement;
  };
  const database: ScheduleDatabase = {
    name: 'postgres',
    tellsHeld: true,
    publishing,
    lockTimeout: LOCK_TIMEOUT,
    shift: () => context.shift(),
    query: (what, text, values) => callStore(connection, what, statementOf(text), values),
    async transaction(what, work) {
      try {
        return await connection.transaction((sql) => work(sessionOf(sql, statementOf)), { longestPause: LONGEST_PAUSE });
      } catch (error) {
        throw error instanceof ServerRefusedError && error.code.startsWith('23') ? error : toBrokerError(what, error);
      }
    },
  };
  return new SqlSchedules(database, connection.schema);
}

function sessionOf(sql: Sql, statementOf: (text: string) => Statement): TransactionSession {
  return { query: async (text, values) => ({ rows: await sql.query(statementOf(text), values) }) };
}

function printOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
