import { CrontabClock } from './crontab/crontab-clock.js';
import { parseField } from './crontab/crontab-fields.js';
import { isYearly } from './exclusions.js';
import type { DateRange, ExclusionCalendar, Schedule } from './schedule.js';
import { pieceAt, type ZonePiece } from './timezones.js';

const DAY = 86_400_000;

/** Finds the first tick of a schedule after an instant. */
export type FindNext = (schedule: Schedule, after: number) => number | null;

/**
 * When a calendar excludes `tick`: a later instant up to which it excludes every tick, so that the search can continue there.
 * @param findNext finds ticks with the exclusions of the given schedule applied
 * @returns undefined when the tick is not excluded
 */
export function excludedUntil(calendar: ExclusionCalendar, tick: number, zone: string, findNext: FindNext): number | undefined {
  const piece = pieceAt(zone, tick);
  const wall = tick + piece.offset;
  if (excludesDay(calendar, wall)) return whenShown(startOfNextDay(wall), piece);
  for (const schedule of calendar.schedules ?? []) {
    const until = takenUntil(schedule, tick, zone, findNext);
    if (until !== undefined) return until;
  }
  return undefined;
}

function excludesDay({ dates = [], ranges = [], weekdays }: ExclusionCalendar, wall: number): boolean {
  const date = new Date(wall).toISOString().slice(0, 10);
  if (weekdays !== undefined && parseField('dayOfWeek', weekdays).includes(new Date(wall).getUTCDay())) return true;
  return dates.some((excluded) => excluded === (isYearly(excluded) ? date.slice(5) : date)) || ranges.some((range) => covers(range, date));
}

function covers({ from, to }: DateRange, date: string): boolean {
  const day = isYearly(from) ? date.slice(5) : date;
  return from <= to ? from <= day && day <= to : from <= day || day <= to;
}

function takenUntil(schedule: Schedule, tick: number, zone: string, findNext: FindNext): number | undefined {
  if (schedule.type !== 'crontab') return findNext(schedule, tick - 1) === tick ? tick + 1 : undefined;
  const own = schedule.timezone ?? zone;
  const piece = pieceAt(own, tick);
  const wall = CrontabClock.of(schedule).matchesUntil(tick + piece.offset);
  if (wall === undefined) return undefined;
  const { except } = schedule;
  if (except === undefined) return whenShown(wall, piece);
  return excludedUntil(except, tick, except.timezone ?? own, findNext) === undefined ? tick + 1 : undefined;
}

/** The instant of a later wall time of the same piece, or the end of the piece when the clocks change before it. */
function whenShown(wall: number, { offset, until }: ZonePiece): number {
  return Math.min(wall - offset, until);
}

function startOfNextDay(wall: number): number {
  return (Math.floor(wall / DAY) + 1) * DAY;
}
