import { InvalidOptionError } from '../errors/option-errors.js';
import { ScheduleNeverDueError } from '../errors/schedule-errors.js';
import { describeSchedule } from './describe-schedule.js';
import { excludedUntil } from './excluded-until.js';
import { nextInterval } from './interval.js';
import { nextCrontab } from './crontab/next-crontab.js';
import { nextSolar } from './solar/next-solar.js';
import type { ExclusionCalendar, Schedule } from './schedule.js';
import { COST, newSearch, type Search } from './search.js';
import { checkTimezone } from './timezones.js';

export interface TickOptions {
  /** zone of schedules that name none; default UTC */
  timezone?: string;
}

/** ms after which a schedule without an allowed tick counts as never due again. */
const HORIZON = 50 * 366 * 86_400_000;

/**
 * The first tick after `after`; null when there is none, or when the search for it ends at its maximum cost. A pure function, so
 * that every beat finds the same ticks at any time.
 * @param after epoch ms
 * @throws UnknownTimezoneError
 */
export function nextTick(schedule: Schedule, after: number, options: TickOptions = {}): number | null {
  return searchTick(schedule, after, options, newSearch());
}

/** As {@link nextTick}. The search tells afterwards what it has cost. */
export function searchTick(schedule: Schedule, after: number, { timezone = 'UTC' }: TickOptions, search: Search): number | null {
  if (!Number.isFinite(after)) throw new InvalidOptionError('after', after, 'epoch milliseconds');
  return firstAfter(schedule, Math.floor(after), checkTimezone(timezone), search);
}

/**
 * The ticks after `after`, up to and including `until`, in order. Computed lazily.
 * @throws UnknownTimezoneError
 */
export function* ticksBetween(schedule: Schedule, after: number, until: number, options: TickOptions = {}): Generator<number, void> {
  for (let tick = nextTick(schedule, after, options); tick !== null && tick <= until; tick = nextTick(schedule, tick, options)) yield tick;
}

/**
 * The first tick of a schedule that must have one, such as a schedule that is being created.
 * @throws ScheduleNeverDueError when its time has passed, or all of its ticks are excluded
 */
export function firstTick(schedule: Schedule, after: number, options: TickOptions = {}): number {
  const tick = nextTick(schedule, after, options);
  if (tick !== null) return tick;
  const why =
    schedule.type === 'clocked' ? 'its time has passed' : 'it has no future tick that a search of 50 years and bounded cost finds';
  throw new ScheduleNeverDueError(describeSchedule(schedule), why);
}

function firstAfter(schedule: Schedule, after: number, zone: string, search: Search): number | null {
  if (schedule.type === 'clocked') return schedule.at > after ? schedule.at : null;
  const tick = firstWithout(schedule, after, zone, search);
  return schedule.except === undefined ? tick : firstAllowed(schedule, schedule.except, tick, zone, search);
}

/** Ignores the exclusions. */
function firstWithout(schedule: Exclude<Schedule, { type: 'clocked' }>, after: number, zone: string, search: Search): number | null {
  switch (schedule.type) {
    case 'crontab':
      return nextCrontab(schedule, after, zone, search);
    case 'interval':
      search.left -= COST.interval;
      return nextInterval(schedule, after);
    case 'solar':
      return nextSolar(schedule, after, search);
  }
}

function firstAllowed(
  schedule: Exclude<Schedule, { type: 'clocked' }>,
  calendar: ExclusionCalendar,
  first: number | null,
  zone: string,
  search: Search,
): number | null {
  const own = calendar.timezone ?? (schedule.type === 'crontab' ? schedule.timezone : undefined) ?? zone;
  const findNext = (other: Schedule, after: number): number | null => firstAfter(other, after, own, search);
  let tick = first;
  while (tick !== null && tick < first! + HORIZON) {
    search.left -= COST.zonePiece;
    const until = excludedUntil(calendar, tick, { zone: own, search, findNext });
    if (search.left < 0) return null;
    if (until === undefined) return tick;
    tick = firstWithout(schedule, until - 1, zone, search);
  }
  return null;
}
