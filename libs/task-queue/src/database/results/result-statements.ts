/** The store's clock, which tests shift. It stands still within a statement, so that an index can be searched by it. */
const now = (offset: string) => `(statement_timestamp() + ${offset}::float8 * interval '1 millisecond')`;
const instant = (ms: string) => `to_timestamp(${ms} / 1000.0)`;
const ms = (column: string) => `round(extract(epoch from ${column}) * 1000)::float8`;

/** The column of each member of a row that is written as it is. */
const PLAIN = {
  name: 'task_name',
  queue: 'queue',
  tags: 'tags',
  schedule: 'periodic_task_name',
  state: 'state',
  retries: 'retries',
  worker: 'worker',
  args: 'task_args',
  kwargs: 'task_kwargs',
  ctype: 'content_type',
  encoding: 'content_encoding',
  result: 'result',
  error: 'error',
  traceback: 'traceback',
  meta: 'meta',
  content: 'content',
  parent: 'parent_id',
  children: 'children',
} as const;

const MEMBERS = `id text, ${Object.keys(PLAIN)
  .map((name) => `${name} ${name === 'tags' || name === 'children' ? 'text[]' : name === 'retries' ? 'integer' : 'text'}`)
  .join(', ')}, created float8, started float8, at float8, terminal boolean, expires float8`;

const DATES = ['date_created', 'date_started', 'date_updated', 'date_done', 'date_expires'];

/** The statements on the results of one schema. */
export function resultStatements(schema: string) {
  const table = `${schema}.task_result`;
  const columns = [...Object.values(PLAIN), ...DATES];
  const selected = Object.entries(PLAIN).map(([name, column]) => `${column} as ${name}`);
  return {
    /**
     * $1 rows, no id twice · $2 offset. Rule 13: a row is overwritten only while it is not terminal, and by no earlier attempt.
     * Ids are locked in order, so that two batches cannot wait for each other.
     */
    save: `
      insert into ${table} as t (task_id, ${columns.join(', ')})
      select r.id, ${Object.keys(PLAIN)
        .map((name) => `r.${name}`)
        .join(', ')},
        ${instant('r.created')}, ${instant('r.started')}, ${instant('r.at')}, case when r.terminal then ${instant('r.at')} end,
        ${now('$2')} + r.expires * interval '1 millisecond'
      from json_to_recordset($1::json) as r(${MEMBERS})
      order by r.id
      on conflict (task_id) do update set ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}
      where t.date_expires <= ${now('$2')} or (t.date_done is null and t.retries <= excluded.retries)
      returning task_id as id`,
    /** $1 ids · $2 offset */
    load: `
      select task_id as id, ${selected.join(', ')}, ${ms('date_created')} as created, ${ms('date_started')} as started, ${ms('date_updated')} as at
      from ${table} where task_id = any($1::text[]) and date_expires > ${now('$2')}`,
    /** $1 ids · $2 offset */
    finished: `
      select task_id as id, ${selected.join(', ')}, ${ms('date_created')} as created, ${ms('date_started')} as started, ${ms('date_updated')} as at
      from ${table} where task_id = any($1::text[]) and date_done is not null and date_expires > ${now('$2')}`,
    /** $1 ids */
    forget: `with gone as (delete from ${table} where task_id = any(array(
        select task_id from ${table} where task_id = any($1::text[]) order by task_id for update)) returning 1)
      select count(*)::integer as count from gone`,
    prune: pruneStatement(table),
  };
}

/** $1 limit · $2 offset. What another is about to write or remove is left to it. */
export function pruneStatement(table: string): string {
  return `with gone as (delete from ${table} where ctid = any(array(
      select ctid from ${table} where date_expires <= ${now('$2')} order by date_expires limit $1::integer for update skip locked)) returning 1)
    select count(*)::integer as count from gone`;
}

const FAILED = {
  queue: 'queue text',
  id: 'task_id text',
  name: 'task_name text',
  tags: 'tags text[]',
  reason: 'reason text',
  error: 'error text',
  attempts: 'attempts text',
  retries: 'retries integer',
  worker: 'worker text',
  args: 'task_args text',
  kwargs: 'task_kwargs text',
  parent: 'parent_id text',
} as const;

/** The statements on the failed tasks of one schema. */
export function failedTaskStatements(schema: string) {
  const table = `${schema}.failed_task`;
  const names = Object.keys(FAILED);
  const columns = [...Object.values(FAILED).map((spec) => spec.split(' ')[0]!), 'date_created', 'date_failed', 'date_expires'];
  const members = Object.entries(FAILED).map(([name, spec]) => `${name} ${spec.split(' ')[1]}`);
  return {
    /** $1 rows, no key twice · $2 offset · $3 ms that they are kept. What has died again takes the later death. */
    record: `
      insert into ${table} as t (${columns.join(', ')})
      select ${names.map((name) => `r.${name}`).join(', ')}, ${instant('r.created')}, ${instant('r.at')}, ${instant('(r.at + $3::float8)')}
      from json_to_recordset($1::json) as r(${members.join(', ')}, created float8, at float8)
      where ${instant('(r.at + $3::float8)')} > ${now('$2')}
      order by r.queue, r.id
      on conflict (queue, task_id) do update set ${columns
        .slice(2)
        .map((column) => `${column} = excluded.${column}`)
        .join(', ')}
      where t.date_failed <= excluded.date_failed
      returning task_id as id`,
    /** $1 queues · $2 ids, beside each other */
    known: `
      select queue, task_id as id from ${table} where (queue, task_id) in (select * from unnest($1::text[], $2::text[]))`,
    /** $1 queue · $2 ids */
    forget: `with gone as (delete from ${table} where queue = $1::text and task_id = any(array(
        select task_id from ${table} where queue = $1::text and task_id = any($2::text[]) order by task_id for update)) returning 1)
      select count(*)::integer as count from gone`,
    prune: pruneStatement(table),
  };
}
