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
const STEP = 6 * DAY;
/** Current names of zones that some runtimes accept, but list under an older name. */
const RENAMED = ['America/Nuuk', 'Asia/Ho_Chi_Minh', 'Asia/Kathmandu', 'Asia/Kolkata', 'Asia/Yangon', 'Europe/Kyiv', 'UTC'];

/** Longer texts are no names of zones. */
const MAX_NAME = 100;
/** Maximum number of years of zones that are kept, of some 300 bytes each. */
const MAX_YEARS = 5_000;

/** Canonical names by names in lower case. Only valid names are added, and there are some hundreds of them. */
const names = new Map<string, string>();
const years = new Map<string, readonly ZonePiece[]>();

export const zoneField = z.string().optional().describe("the name of a time zone, such as 'Asia/Ho_Chi_Minh'");

/**
 * The canonical form of a zone's IANA name: names are read in any case, and one zone is stored under one name.
 * @throws UnknownTimezoneError
 */
export function checkTimezone(name: string): string {
  if (name.length > MAX_NAME) throw new UnknownTimezoneError(name, undefined);
  if (names.size === 0) for (const zone of allZones()) names.set(zone.toLowerCase(), zone);
  const key = name.toLowerCase();
  const canonical = names.get(key) ?? resolved(name);
  if (canonical === undefined) throw new UnknownTimezoneError(name, similarZone(name));
  names.set(key, canonical);
  return canonical;
}

/** The name that the runtime has for a zone, such as the one that an old alias stands for. */
function resolved(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** The zone that is meant by a misspelt name, or by a city without its continent. */
function similarZone(name: string): string | undefined {
  const zones = allZones();
  const city = `/${name.replaceAll(' ', '_')}`.toLowerCase();
  return zones.find((zone) => zone.toLowerCase().endsWith(city)) ?? nearest(name, zones);
}

function allZones(): string[] {
  return [...RENAMED.filter((zone) => resolved(zone) !== undefined), ...Intl.supportedValuesOf('timeZone')];
}

/** The piece that contains an instant. */
export function pieceAt(timezone: string, instant: number): ZonePiece {
  const year = new Date(instant).getUTCFullYear();
  const key = `${year} ${timezone}`;
  let pieces = years.get(key);
  if (pieces === undefined) {
    pieces = piecesOf(timezone, Date.UTC(year, 0), Date.UTC(year + 1, 0));
    if (years.size >= MAX_YEARS) years.delete(years.keys().next().value!);
    years.set(key, pieces);
  }
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

/** Searches in steps of some days. It would miss two changes within one step; since 1970 no zone has two within a week. */
function* changesBetween(timezone: string, start: number, end: number): Generator<number> {
  let offset = offsetAt(timezone, start);
  for (let from = start; from < end; from += STEP) {
    const next = Math.min(from + STEP, end - 1);
    const later = offsetAt(timezone, next);
    if (offset !== later) yield firstOfOtherOffset(timezone, from, next, offset);
    offset = later;
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
