import type { Schedule } from '../../core/schedules/schedule.js';
import type { ScheduleDefinition, StoredSchedule } from '../../core/ports/stores/stored-schedule.js';

/** A schedule as `SELECTED` reads it. Instants are epoch ms. */
export interface ScheduleRow extends Omit<StoredSchedule, 'schedule' | 'args' | 'kwargs' | 'headers'> {
  readonly schedule: Record<string, unknown>;
  readonly exclusions: string | null;
  readonly args: string;
  readonly kwargs: string;
  readonly headers: string;
  readonly ticks: number;
}

// PostgreSQL's 'infinity' has no number in epoch ms.
const ms = (column: string): string => `round(extract(epoch from case when isfinite(${column}) then ${column} end) * 1000)::float8`;

/** The columns of a {@link ScheduleRow}, from `periodic_task t` and the tables of the four kinds. */
export const SELECTED = `t.id, t.name, t.task, t.args, t.kwargs, t.headers, t.queue, t.priority, ${ms('t.expires')} as expires,
  t.expire_seconds as "expireSeconds", t.one_off as "oneOff", ${ms('t.start_time')} as "startTime", t.enabled, t.description, t.timezone,
  t.exclusions, t.overlap, t.catch_up as "catchUp", t.catch_up_window as "catchUpWindow", t.jitter, t.pause_after_failures as "pauseAfterFailures",
  t.source, t.owner, t.key, t.version, t.disabled_because as "disabledBecause", t.broken, ${ms('t.next_run_at')} as "nextRunAt",
  ${ms('t.wake_at')} as "wakeAt", ${ms('t.since')} as since, ${ms('t.last_tick')} as "lastTick", ${ms('t.last_run_at')} as "lastRunAt",
  t.last_run_id as "lastRunId", t.total_run_count as "totalRunCount", ${ms('t.date_created')} as "createdAt",
  ${ms('t.date_changed')} as "changedAt", t.ticks::float8 as ticks,
  case
    when t.crontab_id is not null then json_build_object('type', 'crontab', 'second', c.second, 'minute', c.minute, 'hour', c.hour,
      'dayOfMonth', c.day_of_month, 'monthOfYear', c.month_of_year, 'dayOfWeek', c.day_of_week, 'dayMatching', c.day_matching, 'gap', c.gap,
      'overlap', c.overlap, 'timezone', nullif(c.timezone, ''))
    when t.interval_id is not null then json_build_object('type', 'interval', 'anchor', ${ms('i.anchor')}, 'every', i.every::float8 *
      case i.period when 'days' then 86400000 when 'hours' then 3600000 when 'minutes' then 60000 when 'seconds' then 1000 else 1 end)
    when t.solar_id is not null then json_build_object('type', 'solar', 'event', s.event, 'latitude', s.latitude, 'longitude', s.longitude)
    else json_build_object('type', 'clocked', 'at', ${ms('k.clocked_time')})
  end as schedule`;

/** The tables of `SELECTED`. */
export function selectedFrom(schema: string): string {
  return `${schema}.periodic_task t
  left join ${schema}.crontab_schedule c on c.id = t.crontab_id left join ${schema}.interval_schedule i on i.id = t.interval_id
  left join ${schema}.solar_schedule s on s.id = t.solar_id left join ${schema}.clocked_schedule k on k.id = t.clocked_id`;
}

/** People also write rows by hand. A row that cannot be read must not keep the others from being read. */
export function readRow({ ticks: _, exclusions, schedule, args, kwargs, headers, ...row }: ScheduleRow): StoredSchedule {
  const { timezone, ...fields } = schedule;
  const problems: string[] = [];
  const read = <T extends object>(column: string, text: string, empty: T): T => {
    const value = parsed(text);
    if (typeof value === 'object' && value !== null && Array.isArray(value) === Array.isArray(empty)) return value as T;
    problems.push(`${column} holds no JSON ${Array.isArray(empty) ? 'list' : 'object'}`);
    return empty;
  };
  const whole = {
    ...fields,
    ...(timezone !== undefined && timezone !== null && { timezone }),
    ...(exclusions !== null && { except: read('exclusions', exclusions, {}) }),
  };
  const definition = {
    schedule: whole as unknown as Schedule,
    args: read<unknown[]>('args', args, []),
    kwargs: read<Record<string, unknown>>('kwargs', kwargs, {}),
    headers: read<Record<string, unknown>>('headers', headers, {}),
  };
  return { ...row, ...definition, ...(problems.length > 0 && { unreadable: problems.join(', ') }) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Read = (definition: ScheduleDefinition, kind: ScheduleKind, kindId: string) => unknown;

type DefinedColumn = readonly [column: string, type: string, read: Read];

function kindColumn(kind: ScheduleKind): DefinedColumn {
  return [`${kind}_id`, 'bigint', (_, own, id) => (own === kind ? id : null)];
}

/** The columns of a definition, their types and values. An instant is sent as epoch ms, which statements convert. */
export const DEFINED: readonly DefinedColumn[] = [
  ['name', 'text', ({ name }) => name],
  ['task', 'text', ({ task }) => task],
  ['args', 'text', ({ args }) => JSON.stringify(args)],
  ['kwargs', 'text', ({ kwargs }) => JSON.stringify(kwargs)],
  ['headers', 'text', ({ headers }) => JSON.stringify(headers)],
  ['queue', 'text', ({ queue }) => queue],
  ['priority', 'smallint', ({ priority }) => priority],
  ['expires', 'instant', ({ expires }) => expires],
  ['expire_seconds', 'integer', ({ expireSeconds }) => expireSeconds],
  ['one_off', 'boolean', ({ oneOff }) => oneOff],
  ['start_time', 'instant', ({ startTime }) => startTime],
  ['enabled', 'boolean', ({ enabled }) => enabled],
  ['description', 'text', ({ description }) => description],
  ['timezone', 'text', ({ timezone }) => timezone],
  ['exclusions', 'text', ({ schedule }) => ('except' in schedule && schedule.except ? JSON.stringify(schedule.except) : null)],
  ['overlap', 'text', ({ overlap }) => overlap],
  ['catch_up', 'text', ({ catchUp }) => catchUp],
  ['catch_up_window', 'float8', ({ catchUpWindow }) => catchUpWindow],
  ['jitter', 'float8', ({ jitter }) => jitter],
  ['pause_after_failures', 'integer', ({ pauseAfterFailures }) => pauseAfterFailures],
  kindColumn('crontab'),
  kindColumn('interval'),
  kindColumn('solar'),
  kindColumn('clocked'),
];

export type ScheduleKind = Schedule['type'];

const PERIODS = [
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
  ['seconds', 1_000],
  ['milliseconds', 1],
] as const;

/** The row of a schedule's own table: its columns and their values. */
export function kindRow(schedule: Schedule): { readonly kind: ScheduleKind; readonly columns: string; readonly values: unknown[] } {
  switch (schedule.type) {
    case 'crontab': {
      const { second, minute, hour, dayOfMonth, monthOfYear, dayOfWeek, timezone = '', dayMatching, gap, overlap } = schedule;
      const columns = 'second, minute, hour, day_of_month, month_of_year, day_of_week, timezone, day_matching, gap, overlap';
      const values = [second, minute, hour, dayOfMonth, monthOfYear, dayOfWeek, timezone, dayMatching, gap, overlap];
      return { kind: 'crontab', columns, values };
    }
    case 'interval': {
      const [period, unit] = PERIODS.find(([, length]) => schedule.every % length === 0)!;
      const anchor = new Date(schedule.anchor).toISOString();
      return { kind: 'interval', columns: 'every, period, anchor', values: [schedule.every / unit, period, anchor] };
    }
    case 'solar':
      return { kind: 'solar', columns: 'event, latitude, longitude', values: [schedule.event, schedule.latitude, schedule.longitude] };
    case 'clocked':
      return { kind: 'clocked', columns: 'clocked_time', values: [new Date(schedule.at).toISOString()] };
  }
}

export const TICK_SELECTED = `seq::float8 as seq, ${ms('tick')} as tick, ${ms('at')} as at, cause, outcome, run_id as "runId", count`;
