import { InvalidOptionError } from '../errors/option-errors.js';
import { excludedUntil } from './excluded-until.js';
import { nextInterval } from './interval.js';
import { nextCrontab } from './crontab/next-crontab.js';
import { nextSolar } from './solar/next-solar.js';
import type { ExclusionCalendar, Schedule } from './schedule.js';
import { checkTimezone } from './timezones.js';

export interface TickOptions {
  /** of schedules that name none; default UTC */
  timezone?: string;
}

/** How far is looked before a schedule counts as never due again. */
const HORIZON = 50 * 366 * 86_400_000;
/** Ticks that are found, and looked for in calendars, before it does: calendars within calendars multiply them. */
const MOST_FOUND = 200_000;
/** Ticks of a crontab or an interval that take as long to find. */
const SOLAR_COST = 200;

/** What one search may still cost. Without anything left, nothing that is found within it counts. */
interface Search {
  left: number;
}

/**
 * The first tick later than `after`; null when none comes again. It depends on its arguments alone, so that every beat, whenever it asks,
 * finds the same ticks.
 * @param after epoch ms
 * @throws UnknownTimezoneError
 */
export function nextTick(schedule: Schedule, after: number, { timezone = 'UTC' }: TickOptions = {}): number | null {
  if (!Number.isFinite(after)) throw new InvalidOptionError('after', after, 'epoch milliseconds');
  return firstAfter(schedule, Math.floor(after), checkTimezone(timezone), { left: MOST_FOUND });
}

/**
 * The ticks later than `after`, up to `until` included, in order. They are found as they are asked for.
 * @throws UnknownTimezoneError
 */
export function* ticksBetween(schedule: Schedule, after: number, until: number, options: TickOptions = {}): Generator<number, void> {
  for (let tick = nextTick(schedule, after, options); tick !== null && tick <= until; tick = nextTick(schedule, tick, options)) yield tick;
}

function firstAfter(schedule: Schedule, after: number, zone: string, search: Search): number | null {
  if (schedule.type === 'clocked') return schedule.at > after ? schedule.at : null;
  const tick = firstWithout(schedule, after, zone, search);
  return schedule.except === undefined ? tick : firstAllowed(schedule, schedule.except, tick, zone, search);
}

/** Regardless of what is excluded. */
function firstWithout(schedule: Exclude<Schedule, { type: 'clocked' }>, after: number, zone: string, search: Search): number | null {
  search.left -= schedule.type === 'solar' ? SOLAR_COST : 1;
  switch (schedule.type) {
    case 'crontab':
      return nextCrontab(schedule, after, zone);
    case 'interval':
      return nextInterval(schedule, after);
    case 'solar':
      return nextSolar(schedule, after);
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
    const until = excludedUntil(calendar, tick, own, findNext);
    search.left -= calendar.schedules?.length ?? 0;
    if (search.left < 0) return null;
    if (until === undefined) return tick;
    tick = firstWithout(schedule, until - 1, zone, search);
  }
  return null;
}
