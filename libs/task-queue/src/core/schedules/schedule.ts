/**
 * What becomes of a wall time that the clocks leave out when they go forward: `next` runs it at the first instant after
 * the gap, once for all that fell into it; `skip` leaves it out.
 */
export type GapPolicy = 'next' | 'skip';

/** What becomes of a wall time that comes twice because the clocks go back: it runs the first time, or both times. */
export type OverlapPolicy = 'once' | 'twice';

/** Whether a day must fit `dayOfMonth` and `dayOfWeek`, as in Celery, or one of them where both are restricted, as in cron(8). */
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

/** Celery's names: twilight begins (dawn) and ends (dusk) with the sun 6° (civil), 12° (nautical), 18° (astronomical) below the horizon. */
export type SolarEvent = (typeof SOLAR_EVENTS)[number];

/** Wall times in a zone. Its fields are texts in Celery's grammar. */
export interface CrontabSchedule {
  readonly type: 'crontab';
  readonly second: string;
  readonly minute: string;
  readonly hour: string;
  readonly dayOfMonth: string;
  readonly monthOfYear: string;
  readonly dayOfWeek: string;
  readonly dayMatching: DayMatching;
  readonly gap: GapPolicy;
  readonly overlap: OverlapPolicy;
  /** absent: the zone of whoever asks, UTC by default */
  readonly timezone?: string;
  readonly except?: ExclusionCalendar;
}

/** Every so many milliseconds of real time, counted from the anchor: late runs move nothing. */
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

/** Once. */
export interface ClockedSchedule {
  readonly type: 'clocked';
  /** epoch ms */
  readonly at: number;
}

/** When something is due: plain data that can be stored as JSON. Made by `crontab`, `cron`, `every`, `solar` and `clocked`. */
export type Schedule = CrontabSchedule | IntervalSchedule | SolarSchedule | ClockedSchedule;

/** From one date to another, both included: `YYYY-MM-DD`, or `MM-DD` for each year. */
export interface DateRange {
  readonly from: string;
  readonly to: string;
}

/** Times at which a schedule is not due. */
export interface ExclusionCalendar {
  /** of its dates and weekdays; absent: that of the schedule */
  readonly timezone?: string;
  /** `YYYY-MM-DD`, or `MM-DD` for each year */
  readonly dates?: readonly string[];
  readonly ranges?: readonly DateRange[];
  /** in the grammar of `dayOfWeek`: `'sat,sun'` */
  readonly weekdays?: string;
  /** a crontab excludes each minute that it matches (each second, if it has that field); any other schedule its ticks */
  readonly schedules?: readonly Schedule[];
}
