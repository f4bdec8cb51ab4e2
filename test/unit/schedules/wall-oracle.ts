import { Temporal } from 'temporal-polyfill';

/** A schedule as the oracle knows it: which wall times it has on a date, and what was promised for the others. */
export interface OracleShape {
  /** the minutes of a day at which it runs */
  readonly minutes: readonly number[];
  /** 1 is Monday; absent: each day */
  readonly weekday?: number;
  /** goes on in real time where the clocks change */
  readonly rhythm?: boolean;
  readonly gap?: 'next' | 'skip';
  readonly overlap?: 'once' | 'twice';
}

/** An instant at which a zone changes its offset, and the wall time that it leaves out (gap) or repeats. */
export interface Transition {
  readonly zone: string;
  readonly at: number;
  readonly kind: 'gap' | 'overlap' | 'none';
  /** minutes of the first wall time left out or repeated, and of the first one after those; as if wall time were UTC */
  readonly from: number;
  readonly until: number;
}

const MINUTE = 60_000;
/** No zone shifts by more minutes than this at once; what lies further outside cannot be asked for. */
const SLACK = 240;
const BEGIN = Date.UTC(2020, 0, 1);
const END = Date.UTC(2031, 0, 1);

/** Every zone and each of its transitions from 2020 to 2030; for a zone without any, one moment of each year. */
export function transitionsOf(zone: string): Transition[] {
  const found: Transition[] = [];
  let last = zoned(zone, BEGIN);
  for (;;) {
    const next = last.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds >= END) break;
    found.push(transition(zone, next));
    last = next;
  }
  return found.length > 0 ? found : Array.from({ length: 11 }, (_, year) => transition(zone, zoned(zone, Date.UTC(2020 + year, 2, 29, 1))));
}

function transition(zone: string, moment: Temporal.ZonedDateTime): Transition {
  const at = moment.epochMilliseconds;
  const before = (at + zoned(zone, at - 1).offsetNanoseconds / 1e6) / MINUTE;
  const after = (at + moment.offsetNanoseconds / 1e6) / MINUTE;
  if (before === after) return { zone, at, kind: 'none', from: after, until: after + 60 };
  return { zone, at, kind: after > before ? 'gap' : 'overlap', from: Math.min(before, after), until: Math.max(before, after) };
}

/** All ticks of a shape in a zone, later than `after` and not later than `until`: wall time by wall time, as Temporal places each. */
export function oracleTicks(shape: OracleShape, zone: string, after: number, until: number): number[] {
  const ticks = new Set<number>();
  const lastDay = zoned(zone, until).toPlainDate().add({ days: 1 });
  let day = zoned(zone, after).toPlainDate().subtract({ days: 1 });
  const [first, last] = [wallMinute(zone, after) - SLACK, wallMinute(zone, until) + SLACK];
  for (; Temporal.PlainDate.compare(day, lastDay) <= 0; day = day.add({ days: 1 })) {
    if (shape.weekday !== undefined && day.dayOfWeek !== shape.weekday) continue;
    const midnight = Date.UTC(day.year, day.month - 1, day.day) / MINUTE;
    for (const minute of shape.minutes) {
      if (midnight + minute < first || midnight + minute > last) continue;
      for (const tick of instantsOf(day.toPlainDateTime({ hour: Math.floor(minute / 60), minute: minute % 60 }), zone, shape))
        ticks.add(tick);
    }
  }
  return [...ticks].filter((tick) => tick > after && tick <= until).sort((a, b) => a - b);
}

function instantsOf(wall: Temporal.PlainDateTime, zone: string, { rhythm = false, gap = 'next', overlap = 'once' }: OracleShape): number[] {
  const earlier = wall.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const later = wall.toZonedDateTime(zone, { disambiguation: 'later' });
  if (earlier.equals(later)) return [earlier.epochMilliseconds];
  const repeated = earlier.toPlainDateTime().equals(wall);
  if (repeated) return rhythm || overlap === 'twice' ? [earlier.epochMilliseconds, later.epochMilliseconds] : [earlier.epochMilliseconds];
  return rhythm || gap === 'skip' ? [] : [earlier.getTimeZoneTransition('next')!.epochMilliseconds];
}

function wallMinute(zone: string, instant: number): number {
  return (instant + zoned(zone, instant).offsetNanoseconds / 1e6) / MINUTE;
}

function zoned(zone: string, instant: number): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
}
