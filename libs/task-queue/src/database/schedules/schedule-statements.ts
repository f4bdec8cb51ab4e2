import { DEFINED, SELECTED, selectedFrom, TICK_SELECTED, type ScheduleKind } from './schedule-row.js';

/** `$n` as the column's type; an instant comes as epoch ms. */
function placed(type: string, n: number): string {
  return type === 'instant' ? `to_timestamp($${n}::float8 / 1000)` : `$${n}::${type}`;
}

/** Now by the store's clock: $n is the shift in ms, 0 outside tests. */
const now = (n: number): string => `(clock_timestamp() + $${n}::float8 * interval '1 ms')`;
const at = (n: number): string => `to_timestamp($${n}::float8 / 1000)`;

/** The SQL of schedules, for one schema. */
export function scheduleStatements(schemaName: string) {
  const schema = `"${schemaName}"`;
  const from = selectedFrom(schema);
  const task = `${schema}.periodic_task`;
  return { ...editing(from, task), ...turning(schema, from, task), ...syncing(schemaName, from, task), kind: kindStatement(schema) };
}

/** Reading and editing. */
function editing(from: string, task: string) {
  const defined = DEFINED.map(([column]) => column).join(', ');
  const values = DEFINED.map(([, type], index) => placed(type, index + 1)).join(', ');
  const n = DEFINED.length;
  const restarted = (enabled: string, instant: string) =>
    `next_run_at = null, since = ${instant}, wake_at = case when ${enabled} then ${instant} end`;
  return {
    now: `select round(extract(epoch from ${now(1)}) * 1000)::float8 as now`,
    get: `select ${SELECTED} from ${from} where t.id = $1`,
    /** $1 names after this one, $2 limit, then filters; null = any */
    list: `select ${SELECTED} from ${from} where t.name > $1 and ($3::text is null or t.name = $3)
      and ($4::text is null or position(lower($4) in lower(t.name)) > 0) and ($5::text is null or t.task = $5)
      and ($6::text is null or t.queue = $6) and ($7::boolean is null or t.enabled = $7) and ($8::text is null or t.source = $8)
      and ($9::boolean is null or (t.broken is not null) = $9) order by t.name limit $2`,
    /** Locks rows in the order of their ids. `lockFree` leaves out the rows that another transaction has locked. */
    lock: `select ${SELECTED} from ${from} where t.id = any($1::text[]) order by t.id for update of t`,
    lockFree: `select ${SELECTED} from ${from} where t.id = any($1::text[]) order by t.id for update of t skip locked`,
    /** after the values of DEFINED: id, source, owner, key, digest, shift */
    create: `insert into ${task} (${defined}, id, source, owner, key, digest, date_created, date_changed, since, wake_at)
      select ${values}, $${n + 1}, $${n + 2}, $${n + 3}, $${n + 4}, $${n + 5}, i, i, i, case when $12::boolean then i end
      from (select ${now(n + 6)} as i) as instant`,
    /** after the values of DEFINED: id, reason for being disabled, digest (null = unchanged), shift */
    replace: `update ${task} set (${defined}) = (select ${values}), version = version + 1, date_changed = i, broken = null,
      disabled_because = $${n + 2}, digest = coalesce($${n + 3}, digest), ${restarted('$12::boolean', 'i')}
      from (select ${now(n + 4)} as i) as instant where id = $${n + 1}`,
    remove: `delete from ${task} where id = any($1::text[])`,
    /** $1 ids, $2 enabled, $3 shift */
    setEnabled: `update ${task} set enabled = $2, version = version + 1, date_changed = i, broken = null, disabled_because = null,
      ${restarted('$2', 'i')} from (select ${now(3)} as i) as instant
      where id = any($1::text[]) and (enabled <> $2 or ($2 and broken is not null))`,
  };
}

/** Turns and their history. */
function turning(schema: string, from: string, task: string) {
  return {
    /** $1 limit, $2 shift. The instant is a subquery: an index cannot be searched by a volatile function. */
    due: `with due as materialized (select id, wake_at from ${schema}.periodic_task_due where wake_at <= (select ${now(2)}) order by wake_at, id limit $1)
      select ${SELECTED} from ${from} where t.id = any(array(select id from due)) order by t.wake_at, t.id`,
    /** $1 number of due schedules that are known, $2 shift */
    nextWake: `select round(extract(epoch from ${now(2)}) * 1000)::float8 as now,
      (select round(extract(epoch from wake_at) * 1000)::float8 from ${schema}.periodic_task_due
        order by wake_at, id offset $1 limit 1) as "nextAt"`,
    /** Writes the results of turns. $1–$12 lists; $13 now */
    writeTurns: `update ${task} t set enabled = w.enabled, version = w.version, disabled_because = w.because, broken = w.broken,
      next_run_at = to_timestamp(w.next / 1000), wake_at = to_timestamp(w.wake / 1000), last_tick = to_timestamp(w.tick / 1000),
      last_run_at = to_timestamp(w.ran / 1000), last_run_id = w.run, total_run_count = w.total, ticks = w.ticks,
      date_changed = case when t.version = w.version then t.date_changed else ${at(13)} end
      from unnest($1::text[], $2::boolean[], $3::integer[], $4::text[], $5::text[], $6::float8[], $7::float8[], $8::float8[], $9::float8[],
        $10::text[], $11::integer[], $12::bigint[]) as w (id, enabled, version, because, broken, next, wake, tick, ran, run, total, ticks)
      where t.id = w.id`,
    /** Adds lines of history and removes the oldest. $1–$8 lists; $9 how many lines are kept */
    writeTicks: `with written as (
        insert into ${schema}.periodic_task_tick (schedule, seq, tick, at, cause, outcome, run_id, count)
        select schedule, seq, to_timestamp(tick / 1000), to_timestamp(at / 1000), cause, outcome, run_id, count
        from unnest($1::text[], $2::bigint[], $3::float8[], $4::float8[], $5::text[], $6::text[], $7::text[], $8::integer[])
          as w (schedule, seq, tick, at, cause, outcome, run_id, count)
      )
      delete from ${schema}.periodic_task_tick old using unnest($1::text[], $2::bigint[]) as w (schedule, seq)
      where old.schedule = w.schedule and old.seq <= w.seq - $9::bigint`,
    /** $1 schedule, $2 lines before this one, $3 limit */
    history: `select ${TICK_SELECTED} from ${schema}.periodic_task_tick where schedule = $1 and ($2::bigint is null or seq < $2)
      order by periodic_task_tick.seq desc limit $3`,
  };
}

/** Schedules of code. */
function syncing(schemaName: string, from: string, task: string) {
  return {
    lockOwner: `select pg_advisory_xact_lock(pg_catalog.hashtextextended('${schemaName}/schedules/' || $1, 0))`,
    ofOwner: `select ${SELECTED}, t.digest from ${from} where t.owner = $1 and t.source = 'code' order by t.id for update of t`,
    deferNames: `set constraints "${schemaName}".periodic_task_name deferred`,
    /** Names that other schedules have. $1 names, $2 ids that may have them */
    takenNames: `select name from ${task} where name = any($1::text[]) and id <> all($2::text[]) limit 1`,
  };
}

/** Finds or creates a row of a kind's table. */
function kindStatement(schema: string) {
  return (kind: ScheduleKind, columns: string, count: number): string => {
    const places = Array.from({ length: count }, (_, index) => `$${index + 1}`).join(', ');
    const first = columns.split(', ')[0]!;
    return `insert into ${schema}.${kind}_schedule (${columns}) values (${places})
      on conflict (${columns}) do update set ${first} = excluded.${first} returning id::text`;
  };
}

export type ScheduleStatements = ReturnType<typeof scheduleStatements>;
