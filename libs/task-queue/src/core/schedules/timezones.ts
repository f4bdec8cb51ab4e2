import { tzOffset } from '@date-fns/tz';
import { z } from 'zod';
import { nearest } from '../errors/did-you-mean.js';
import { UnknownTimezoneError } from '../errors/schedule-errors.js';

/**
 * A period in which a zone keeps one offset. The end of a year ends a period too. All fields are milliseconds; wall times are
 * those of a clock in the zone, counted as if they were UTC.
 */
export interface ZonePiece {
  readonly from: number;
  readonly until: number;
  readonly offset: number;
  /** the offset just before `from`; when it is smaller than `offset`, the clocks go forward at `from` */
  readonly before: number;
}

const DAY = 86_400_000;
/** Current names of zones that some runtimes accept, but list under an older name. */
const RENAMED = ['America/Nuuk', 'Asia/Ho_Chi_Minh', 'Asia/Kathmandu', 'Asia/Kolkata', 'Asia/Yangon', 'Europe/Kyiv', 'UTC'];

const known = new Set<string>();
const years = new Map<string, readonly ZonePiece[]>();

export const zoneField = z.string().optional().describe("the name of a time zone, such as 'Asia/Ho_Chi_Minh'");

/**
 * Checks that the runtime knows a zone, by its IANA name.
 * @throws UnknownTimezoneError
 */
export function checkTimezone(name: string): string {
  if (known.has(name)) return name;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
  } catch {
    throw new UnknownTimezoneError(name, similarZone(name));
  }
  known.add(name);
  return name;
}

/** The zone that is meant by a misspelt name, or by a city without its continent. */
function similarZone(name: string): string | undefined {
  const zones = [...RENAMED, ...Intl.supportedValuesOf('timeZone')];
  const city = `/${name.replaceAll(' ', '_')}`.toLowerCase();
  return zones.find((zone) => zone.toLowerCase().endsWith(city)) ?? nearest(name, zones);
}

/** The piece that contains an instant. */
export function pieceAt(timezone: string, instant: number): ZonePiece {
  const year = new Date(instant).getUTCFullYear();
  const key = `${year} ${timezone}`;
  let pieces = years.get(key);
  if (pieces === undefined) years.set(key, (pieces = piecesOf(timezone, Date.UTC(year, 0), Date.UTC(year + 1, 0))));
  return pieces.find(({ until }) => instant < until)!;
}

/** The first instant at which the clocks of the zone show `wall`; when they skip it, the first instant after the gap. */
export function instantOf(timezone: string, wall: number): number {
  // no zone differs from UTC by a whole day
  for (let piece = pieceAt(timezone, wall - DAY); ; piece = pieceAt(timezone, piece.until)) {
    const instant = Math.max(wall - piece.offset, piece.from);
    if (instant < piece.until) return instant;
  }
}

function piecesOf(timezone: string, start: number, end: number): ZonePiece[] {
  const pieces: ZonePiece[] = [];
  let from = start;
  let before = offsetAt(timezone, start - 1);
  let offset = offsetAt(timezone, start);
  for (const change of changesBetween(timezone, start, end)) {
    pieces.push({ from, until: change, offset, before });
    [from, before, offset] = [change, offset, offsetAt(timezone, change)];
  }
  return [...pieces, { from, until: end, offset, before }];
}

/** Searches day by day. It would miss two changes within one day, which no zone has. */
function* changesBetween(timezone: string, start: number, end: number): Generator<number> {
  for (let day = start; day < end; day += DAY) {
    const next = Math.min(day + DAY, end - 1);
    const offset = offsetAt(timezone, day);
    if (offset !== offsetAt(timezone, next)) yield firstOfOtherOffset(timezone, day, next, offset);
  }
}

function firstOfOtherOffset(timezone: string, day: number, next: number, offset: number): number {
  let [same, other] = [day, next];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetAt(timezone, middle) === offset) same = middle;
    else other = middle;
  }
  return other;
}

function offsetAt(timezone: string, instant: number): number {
  const minutes = tzOffset(timezone, new Date(instant));
  if (Number.isNaN(minutes)) throw new UnknownTimezoneError(timezone, similarZone(timezone));
  return minutes * 60_000;
}
