import { CrontabClock } from './crontab-clock.js';
import type { CrontabSchedule } from '../schedule.js';
import { COST, type Search } from '../search.js';
import { pieceAt, type ZonePiece } from '../timezones.js';

/** Within forty years every date, including the 29th of February, falls on every weekday, even across the end of a century. */
const HORIZON = 41 * 366 * 86_400_000;

/**
 * The first tick of a crontab after an instant.
 *
 * Within a {@link ZonePiece} wall time and real time advance equally. At a change of the clocks, a schedule that matches in every
 * hour around the change (every 15 minutes, hourly, each minute from 0 to 6) continues in real time: no tick is added or
 * dropped. For all other schedules, which name times of the day, `gap` and `overlap` decide.
 */
export function nextCrontab(schedule: CrontabSchedule, after: number, defaultZone: string, search: Search): number | null {
  const clock = CrontabClock.of(schedule);
  const zone = schedule.timezone ?? defaultZone;
  const start = after + 1;
  search.left -= COST.crontab;
  for (let piece = pieceAt(zone, start); piece.from < after + HORIZON; piece = pieceAt(zone, piece.until)) {
    if (start <= piece.from && makesUp(schedule, clock, piece)) return piece.from;
    const from = Math.max(start, piece.from) + piece.offset;
    const wall = clock.next(Math.max(from, heldBackUntil(schedule, clock, piece)), piece.until + piece.offset);
    if (wall !== undefined) return wall - piece.offset;
    search.left -= COST.zonePiece;
    if (search.left < 0) return null;
  }
  return null;
}

/** Whether the beginning of the piece stands in for wall times that the clocks skipped just before it. */
function makesUp(schedule: CrontabSchedule, clock: CrontabClock, { from, offset, before }: ZonePiece): boolean {
  if (offset <= before || schedule.gap === 'skip') return false;
  const [first, end] = [from + before, from + offset];
  return clock.next(first, end) !== undefined && !clock.goesOnThrough(first, end);
}

/** The wall time up to which the piece repeats earlier wall times. */
function heldBackUntil(schedule: CrontabSchedule, clock: CrontabClock, { from, offset, before }: ZonePiece): number {
  if (offset >= before || schedule.overlap === 'twice') return -Infinity;
  return clock.goesOnThrough(from + offset, from + before) ? -Infinity : from + before;
}
