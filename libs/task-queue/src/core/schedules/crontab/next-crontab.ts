import { CrontabClock } from './crontab-clock.js';
import type { CrontabSchedule } from '../schedule.js';
import { pieceAt, type ZonePiece } from '../timezones.js';

/** In forty years each date has fallen on each weekday, the 29th of February included, over a century's end too. */
const HORIZON = 41 * 366 * 86_400_000;

/**
 * The first tick of a crontab after an instant.
 *
 * Within a {@link ZonePiece} wall clock and real time run alike. Where the clocks change, a schedule that is on in every
 * hour from the one before the change to the one after it (every 15 minutes, hourly, each minute from 0 to 6) goes on in real
 * time: nothing is made up for, nothing is held back. For all others, which name times of the day, `gap` and `overlap` decide.
 */
export function nextCrontab(schedule: CrontabSchedule, after: number, defaultZone: string): number | null {
  const clock = CrontabClock.of(schedule);
  const zone = schedule.timezone ?? defaultZone;
  const start = after + 1;
  for (let piece = pieceAt(zone, start); piece.from < after + HORIZON; piece = pieceAt(zone, piece.until)) {
    if (start <= piece.from && makesUp(schedule, clock, piece)) return piece.from;
    const from = Math.max(start, piece.from) + piece.offset;
    const wall = clock.next(Math.max(from, heldBackUntil(schedule, clock, piece)), piece.until + piece.offset);
    if (wall !== undefined) return wall - piece.offset;
  }
  return null;
}

/** Whether the beginning of the piece is the moment for wall times that were left out just before it. */
function makesUp(schedule: CrontabSchedule, clock: CrontabClock, { from, offset, before }: ZonePiece): boolean {
  if (offset <= before || schedule.gap === 'skip') return false;
  const [first, end] = [from + before, from + offset];
  return clock.next(first, end) !== undefined && !clock.goesOnThrough(first, end);
}

/** The wall time up to which the piece repeats what has already been. */
function heldBackUntil(schedule: CrontabSchedule, clock: CrontabClock, { from, offset, before }: ZonePiece): number {
  if (offset >= before || schedule.overlap === 'twice') return -Infinity;
  return clock.goesOnThrough(from + offset, from + before) ? -Infinity : from + before;
}
