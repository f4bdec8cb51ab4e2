import { columnSql, instant, now } from './columns.js';
import { FAILED_TASK_COLUMNS, FAILED_TASK_TABLE } from './failed-task.js';
import { TASK_RESULT_COLUMNS, TASK_RESULT_TABLE } from './task-result.js';

/** The statements on the results of one schema. */
export function resultStatements(schema: string) {
  const table = `${schema}.${TASK_RESULT_TABLE}`;
  const { columns, members, values, replaced, selected } = columnSql(TASK_RESULT_COLUMNS, {
    dateExpires: `${now('$2')} + r.expires * interval '1 millisecond'`,
  });
  return {
    /**
     * $1 rows, no id twice · $2 offset. Rule 13: a row is overwritten only while it is not terminal, and by no earlier attempt.
     * Ids are locked in order, so that two batches cannot wait for each other.
     */
    save: `
      insert into ${table} as t (${columns})
      select ${values} from json_to_recordset($1::json) as r(${members}, expires float8)
      order by r."taskId" collate "C"
      on conflict (task_id) do update set ${replaced}
      where t.date_expires <= ${now('$2')} or (t.date_done is null and t.retries <= excluded.retries)
      returning task_id as id`,
    /** $1 ids · $2 offset */
    load: `
      select ${selected} from ${table} where task_id = any($1::text[]) and date_expires > ${now('$2')}`,
    /** $1 ids · $2 offset */
    finished: `
      select ${selected} from ${table} where task_id = any($1::text[]) and date_done is not null and date_expires > ${now('$2')}`,
    /** $1 ids */
    forget: `with gone as (delete from ${table} where task_id = any(array(
        select task_id from ${table} where task_id = any($1::text[]) order by task_id for update)) returning 1)
      select count(*)::integer as count from gone`,
    prune: pruneStatement(table),
  };
}

/** $1 limit · $2 offset. Rows that another transaction has locked are left to it. */
export function pruneStatement(table: string): string {
  return `with gone as (delete from ${table} where ctid = any(array(
      select ctid from ${table} where date_expires <= ${now('$2')} order by date_expires limit $1::integer for update skip locked)) returning 1)
    select count(*)::integer as count from gone`;
}

/** The statements on the failed tasks of one schema. */
export function failedTaskStatements(schema: string) {
  const table = `${schema}.${FAILED_TASK_TABLE}`;
  const expires = instant('(r."dateFailed" + $3::float8)');
  const { columns, members, values, replaced } = columnSql(FAILED_TASK_COLUMNS, { dateExpires: expires });
  return {
    /** $1 rows, no key twice · $2 offset · $3 ms that they are kept. A task that failed again keeps its later failure. */
    record: `
      insert into ${table} as t (${columns})
      select ${values} from json_to_recordset($1::json) as r(${members})
      where ${expires} > ${now('$2')}
      order by r.queue collate "C", r."taskId" collate "C"
      on conflict (queue, task_id) do update set ${replaced}
      where t.date_failed <= excluded.date_failed
      returning task_id as id`,
    /** $1 queues · $2 ids, pairwise */
    known: `
      select queue, task_id as id from ${table} where (queue, task_id) in (select * from unnest($1::text[], $2::text[]))`,
    /** $1 queue · $2 ids */
    forget: `with gone as (delete from ${table} where queue = $1::text and task_id = any(array(
        select task_id from ${table} where queue = $1::text and task_id = any($2::text[]) order by task_id for update)) returning 1)
      select count(*)::integer as count from gone`,
    prune: pruneStatement(table),
  };
}
