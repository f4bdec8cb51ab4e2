import { EntitySchema, type EntitySchemaColumnOptions, type EntitySchemaRelationOptions } from 'typeorm';
import type { CatchUp, RunOverlap, ScheduleSource } from '../../core/ports/stores/stored-schedule.js';
import type { SolarEvent } from '../../core/schedules/schedule.js';

/** Wall times in Celery's grammar; a field that is not given is `*`. */
export class CrontabScheduleEntity {
  readonly id!: string;
  second!: string;
  minute!: string;
  hour!: string;
  dayOfMonth!: string;
  monthOfYear!: string;
  dayOfWeek!: string;
  /** '' = the time zone of the task, or else of the beat */
  timezone!: string;
  dayMatching!: 'and' | 'or';
  gap!: 'next' | 'skip';
  overlap!: 'once' | 'twice';
}

export class IntervalScheduleEntity {
  readonly id!: string;
  every!: number;
  period!: 'days' | 'hours' | 'minutes' | 'seconds' | 'milliseconds';
  /** the first tick, from which all others are counted */
  anchor!: Date;
}

export class SolarScheduleEntity {
  readonly id!: string;
  event!: SolarEvent;
  latitude!: number;
  longitude!: number;
}

export class ClockedScheduleEntity {
  readonly id!: string;
  clockedTime!: Date;
}

/**
 * A stored schedule with the fields of django-celery-beat; it has exactly one of crontab, interval, solar and clocked. Beats notice
 * within a second what is saved through its repository. The fields that beats write are read-only here.
 */
export class PeriodicTaskEntity {
  readonly id!: string;
  name!: string;
  task!: string;
  crontab?: CrontabScheduleEntity | null;
  interval?: IntervalScheduleEntity | null;
  solar?: SolarScheduleEntity | null;
  clocked?: ClockedScheduleEntity | null;
  args!: readonly unknown[];
  kwargs!: Readonly<Record<string, unknown>>;
  headers!: Readonly<Record<string, unknown>>;
  queue!: string | null;
  /** 0–9 */
  priority!: number | null;
  expires!: Date | null;
  expireSeconds!: number | null;
  oneOff!: boolean;
  startTime!: Date | null;
  enabled!: boolean;
  description!: string;
  timezone!: string | null;
  overlap!: RunOverlap;
  catchUp!: CatchUp;
  /** ms */
  catchUpWindow!: number;
  /** ms */
  jitter!: number;
  pauseAfterFailures!: number | null;
  readonly lastRunAt!: Date | null;
  readonly nextRunAt!: Date | null;
  readonly totalRunCount!: number;
  readonly dateChanged!: Date;
  readonly source!: ScheduleSource;
  readonly version!: number;
  readonly disabledBecause!: string | null;
  readonly broken!: string | null;
}

export interface ScheduleEntitiesOptions {
  /** of the tables; default 'tq' */
  readonly schema?: string;
}

type Columns = Record<string, EntitySchemaColumnOptions>;

/**
 * The entities of stored schedules, for `entities` of a DataSource or `TypeOrmModule.forFeature`. Get their repositories by their
 * classes. TypeORM never creates or alters their tables.
 */
export function scheduleEntities({ schema = 'tq' }: ScheduleEntitiesOptions = {}): EntitySchema[] {
  const entity = (target: Function, tableName: string, columns: Columns, relations = {}) =>
    new EntitySchema({ name: target.name, target, tableName, schema, synchronize: false, columns, relations });
  return [
    entity(CrontabScheduleEntity, 'crontab_schedule', CRONTAB),
    entity(IntervalScheduleEntity, 'interval_schedule', INTERVAL),
    entity(SolarScheduleEntity, 'solar_schedule', SOLAR),
    entity(ClockedScheduleEntity, 'clocked_schedule', { id: GENERATED, clockedTime: instant('clocked_time') }),
    entity(PeriodicTaskEntity, 'periodic_task', TASK, {
      crontab: kind(CrontabScheduleEntity, 'crontab_id'),
      interval: kind(IntervalScheduleEntity, 'interval_id'),
      solar: kind(SolarScheduleEntity, 'solar_id'),
      clocked: kind(ClockedScheduleEntity, 'clocked_id'),
    }),
  ] as EntitySchema[];
}

const GENERATED: EntitySchemaColumnOptions = { type: 'bigint', primary: true, generated: 'increment' };
const written = (column: EntitySchemaColumnOptions): EntitySchemaColumnOptions => ({ ...column, insert: false, update: false });
const orNull = (column: EntitySchemaColumnOptions): EntitySchemaColumnOptions => ({ ...column, nullable: true });
const text = (name: string): EntitySchemaColumnOptions => ({ name, type: 'text' });
const whole = (name: string): EntitySchemaColumnOptions => ({ name, type: 'integer' });
const real = (name: string): EntitySchemaColumnOptions => ({ name, type: 'double precision' });
const flag = (name: string): EntitySchemaColumnOptions => ({ name, type: 'boolean' });
const instant = (name: string): EntitySchemaColumnOptions => ({ name, type: 'timestamptz' });
const json = (name: string): EntitySchemaColumnOptions => ({
  ...text(name),
  transformer: { from: (stored: string) => JSON.parse(stored) as unknown, to: (value: unknown) => value && JSON.stringify(value) },
});
const kind = (target: Function, column: string): EntitySchemaRelationOptions => ({
  type: 'many-to-one',
  target: target.name,
  joinColumn: { name: column },
  nullable: true,
  eager: true,
  cascade: ['insert'],
});

const CRONTAB: Columns = {
  id: GENERATED,
  second: text('second'),
  minute: text('minute'),
  hour: text('hour'),
  dayOfMonth: text('day_of_month'),
  monthOfYear: text('month_of_year'),
  dayOfWeek: text('day_of_week'),
  timezone: text('timezone'),
  dayMatching: text('day_matching'),
  gap: text('gap'),
  overlap: text('overlap'),
};

const INTERVAL: Columns = {
  id: GENERATED,
  every: { name: 'every', type: 'bigint', transformer: { from: Number, to: (value: unknown) => value } },
  period: text('period'),
  anchor: instant('anchor'),
};

const SOLAR: Columns = { id: GENERATED, event: text('event'), latitude: real('latitude'), longitude: real('longitude') };

const TASK: Columns = {
  id: { ...text('id'), primary: true, generated: 'uuid' },
  name: text('name'),
  task: text('task'),
  args: json('args'),
  kwargs: json('kwargs'),
  headers: json('headers'),
  queue: orNull(text('queue')),
  priority: orNull({ name: 'priority', type: 'smallint' }),
  expires: orNull(instant('expires')),
  expireSeconds: orNull(whole('expire_seconds')),
  oneOff: flag('one_off'),
  startTime: orNull(instant('start_time')),
  enabled: flag('enabled'),
  description: text('description'),
  timezone: orNull(text('timezone')),
  overlap: text('overlap'),
  catchUp: text('catch_up'),
  catchUpWindow: real('catch_up_window'),
  jitter: real('jitter'),
  pauseAfterFailures: orNull(whole('pause_after_failures')),
  lastRunAt: written(orNull(instant('last_run_at'))),
  nextRunAt: written(orNull(instant('next_run_at'))),
  totalRunCount: written(whole('total_run_count')),
  dateChanged: written(instant('date_changed')),
  source: written(text('source')),
  version: written(whole('version')),
  disabledBecause: written(orNull(text('disabled_because'))),
  broken: written(orNull(text('broken'))),
};
