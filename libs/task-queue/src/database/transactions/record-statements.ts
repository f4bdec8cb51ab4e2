import { quoteIdentifier } from '../outbox/statements.js';

/** The SQL of the records of transactional tasks, for one schema. */
export interface RecordStatements {
  /** Locks an id for this transaction, if no other transaction has it. $1 id */
  readonly lock: string;
  /** $1 id */
  readonly find: string;
  /** $1 id, $2 settlement */
  readonly record: string;
  /** Removes some that are a day past their retention, so that differing clocks do not matter. $1 ms */
  readonly prune: string;
}

export function recordStatements(schemaName: string): RecordStatements {
  const table = `${quoteIdentifier(schemaName)}.task_record`;
  return {
    lock: `SELECT pg_try_advisory_xact_lock(pg_catalog.hashtextextended('${schemaName.replaceAll("'", "''")}.task_record/' || $1, 0)) AS granted`,
    find: `SELECT settlement FROM ${table} WHERE id = $1`,
    record: `INSERT INTO ${table} (id, settlement) VALUES ($1, $2)`,
    prune: `DELETE FROM ${table} WHERE id = ANY(ARRAY(
      SELECT id FROM ${table} WHERE finished_at < clock_timestamp() - interval '1 day' - $1 * interval '1 millisecond' LIMIT 1000
    )) RETURNING id`,
  };
}

/** Escapes an id: PostgreSQL's text type cannot store every character that a caller may choose. */
export function recordId(id: string): string {
  return JSON.stringify(id).slice(1, -1);
}
