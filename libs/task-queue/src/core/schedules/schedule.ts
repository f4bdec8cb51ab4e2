import type { FieldName } from './crontab/crontab-fields.js';

/**
 * How to treat wall times that the clocks skip when they go forward: `next` runs once at the first instant after the gap,
 * `skip` does not run.
 */
export type GapPolicy = 'next' | 'skip';

/** How often to run at a wall time that occurs twice because the clocks go back: the first time, or both times. */
export type OverlapPolicy = 'once' | 'twice';

/** Whether a day must match `dayOfMonth` and `dayOfWeek`, as in Celery, or only one when both are restricted, as in cron(8). */
export type DayMatching = 'and' | 'or';

export const SOLAR_EVENTS = [
  'dawn_astronomical',
  'dawn_nautical',
  'dawn_civil',
  'sunrise',
  'solar_noon',
  'sunset',
  'dusk_civil',
  'dusk_nautical',
  'dusk_astronomical',
] as const;

/** Celery's names. At dawn and dusk the sun is 6° (civil), 12° (nautical) or 18° (astronomical) below the horizon. */
export type SolarEvent = (typeof SOLAR_EVENTS)[number];

/** Wall times in a zone. Its fields are strings in Celery's grammar. */
export interface CrontabSchedule extends Readonly<Record<FieldName, string>> {
  readonly type: 'crontab';
  readonly dayMatching: DayMatching;
  readonly gap: GapPolicy;
  readonly overlap: OverlapPolicy;
  /** absent: the zone of the beat, or UTC */
  readonly timezone?: string;
  readonly except?: ExclusionCalendar;
}

/** Ticks at equal intervals (ms of real time) from the anchor. A late run does not shift later ticks. */
export interface IntervalSchedule {
  readonly type: 'interval';
  readonly every: number;
  /** epoch ms of its first tick */
  readonly anchor: number;
  readonly except?: ExclusionCalendar;
}

export interface SolarSchedule {
  readonly type: 'solar';
  readonly event: SolarEvent;
  readonly latitude: number;
  readonly longitude: number;
  readonly except?: ExclusionCalendar;
}

/** One tick. */
export interface ClockedSchedule {
  readonly type: 'clocked';
  /** epoch ms */
  readonly at: number;
}

/** When a task is due: plain data that can be stored as JSON. Created by `crontab`, `cron`, `every`, `solar` and `clocked`. */
export type Schedule = CrontabSchedule | IntervalSchedule | SolarSchedule | ClockedSchedule;

/** From one date to another, both inclusive: `YYYY-MM-DD`, or `MM-DD` for every year. */
export interface DateRange {
  readonly from: string;
  readonly to: string;
}

/** Times at which a schedule is not due. */
export interface ExclusionCalendar {
  /** zone of its dates and weekdays; absent: the zone of the schedule */
  readonly timezone?: string;
  /** `YYYY-MM-DD`, or `MM-DD` for every year */
  readonly dates?: readonly string[];
  readonly ranges?: readonly DateRange[];
  /** in the grammar of `dayOfWeek`: `'sat,sun'` */
  readonly weekdays?: string;
  /** a crontab excludes every minute that it matches (every second, if it has that field); any other schedule excludes its ticks */
  readonly schedules?: readonly Schedule[];
}
