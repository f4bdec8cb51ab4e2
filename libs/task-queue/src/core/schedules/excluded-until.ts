import { CrontabClock } from './crontab/crontab-clock.js';
import { ExcludedDays } from './excluded-days.js';
import type { ExclusionCalendar, Schedule } from './schedule.js';
import { COST, type Search } from './search.js';
import { pieceAt, type ZonePiece } from './timezones.js';

const DAY = 86_400_000;

/** Finds the first tick of a schedule after an instant. */
export type FindNext = (schedule: Schedule, after: number) => number | null;

/** The search that asks about a tick. */
export interface Asking {
  /** zone of dates and schedules that name none */
  readonly zone: string;
  readonly search: Search;
  /** finds ticks with the exclusions of the given schedule applied */
  readonly findNext: FindNext;
}

/**
 * When a calendar excludes `tick`: a later instant up to which it excludes every tick, so that the search can continue there.
 * @returns undefined when the tick is not excluded, or when the search has no cost left
 */
export function excludedUntil(calendar: ExclusionCalendar, tick: number, asking: Asking): number | undefined {
  const piece = pieceAt(asking.zone, tick);
  const day = dayAt(piece, tick);
  const days = ExcludedDays.of(calendar);
  if (days.has(day)) {
    const end = dayAt(piece, piece.until) + 1;
    const free = days.nextFree(day, end);
    asking.search.left -= (Math.min(free, end) - day) * COST.excludedDay;
    return whenShown(free * DAY, piece);
  }
  return takenUntil(calendar, tick, asking);
}

/** Checks the schedules of a calendar. */
function takenUntil({ schedules = [] }: ExclusionCalendar, tick: number, asking: Asking): number | undefined {
  for (const schedule of schedules) {
    asking.search.left -= COST.excludedSchedule;
    if (asking.search.left < 0) return undefined;
    const until = schedule.type === 'crontab' ? matchedUntil(schedule, tick, asking) : tickUntil(schedule, tick, asking);
    if (until !== undefined) return until;
  }
  return undefined;
}

function tickUntil(schedule: Schedule, tick: number, { findNext }: Asking): number | undefined {
  return findNext(schedule, tick - 1) === tick ? tick + 1 : undefined;
}

function matchedUntil(schedule: Schedule & { type: 'crontab' }, tick: number, asking: Asking): number | undefined {
  const own = schedule.timezone ?? asking.zone;
  const piece = pieceAt(own, tick);
  const wall = CrontabClock.of(schedule).matchesUntil(tick + piece.offset);
  if (wall === undefined) return undefined;
  const { except } = schedule;
  const until = whenShown(wall, piece);
  if (except === undefined) return until;
  const inner = { ...asking, zone: except.timezone ?? own };
  return isExcluded(except, tick, inner) ? undefined : Math.min(until, unchangedUntil(except, tick, inner.zone));
}

/** A later instant up to which a calendar excludes nothing else than at `tick`. */
function unchangedUntil({ schedules = [] }: ExclusionCalendar, tick: number, zone: string): number {
  if (schedules.length > 0) return tick + 1;
  const piece = pieceAt(zone, tick);
  return whenShown((dayAt(piece, tick) + 1) * DAY, piece);
}

function isExcluded(calendar: ExclusionCalendar, tick: number, asking: Asking): boolean {
  const day = dayAt(pieceAt(asking.zone, tick), tick);
  return ExcludedDays.of(calendar).has(day) || takenUntil(calendar, tick, asking) !== undefined;
}

/** The day that the clocks show, counted from 1970-01-01. */
function dayAt({ offset }: ZonePiece, instant: number): number {
  return Math.floor((instant + offset) / DAY);
}

/** The instant of a later wall time of the same piece, or the end of the piece when the clocks change before it. */
function whenShown(wall: number, { offset, until }: ZonePiece): number {
  return Math.min(wall - offset, until);
}
