import { z } from 'zod';
import { InvalidScheduleError } from '../errors/schedule-errors.js';
import { checkOptions } from '../options/check-options.js';
import { parseField } from './crontab/crontab-fields.js';
import type { DateRange, ExclusionCalendar, Schedule } from './schedule.js';
import { checkTimezone, zoneField } from './timezones.js';

/** Maximum numbers of schedules, of dates and ranges together, and of time zones in a calendar, nested ones included. */
const MAX_SCHEDULES = 100;
const MAX_DATES = 1_000;
const MAX_ZONES = 3;

const isoDate = z.iso.date();
const day = z.union([z.string(), z.number()]);
const schema = z.object({
  timezone: zoneField,
  dates: z.array(z.string()).readonly().optional().describe("a list of dates: 'YYYY-MM-DD', or 'MM-DD' for each year"),
  ranges: z
    .array(z.strictObject({ from: z.string(), to: z.string() }))
    .readonly()
    .optional()
    .describe("a list of { from, to }, both dates: 'YYYY-MM-DD', or 'MM-DD' for each year"),
  weekdays: z
    .union([day, z.array(day).readonly()])
    .optional()
    .describe("weekdays: 'sat,sun', 6 or ['sat', 'sun']"),
  schedules: z
    .array(z.custom<Schedule>((value) => typeof (value as Partial<Schedule> | null)?.type === 'string'))
    .readonly()
    .optional()
    .describe('a list of schedules, as crontab(), every(), solar() and clocked() make them'),
});

/** An {@link ExclusionCalendar} as it is written. */
export type ExclusionInput = z.input<typeof schema>;

/** @throws InvalidScheduleError · UnknownTimezoneError · UnknownOptionError · InvalidOptionError */
export function checkCalendar(input: ExclusionInput): ExclusionCalendar {
  if (typeof input !== 'object' || input === null) {
    throw new InvalidScheduleError('except', input, 'It takes an object of dates, ranges, weekdays and schedules.');
  }
  refuseLarge(input);
  const { timezone, dates, ranges, weekdays, schedules } = checkOptions(schema, input, "'except' of a schedule");
  for (const date of dates ?? []) checkDate(date, 'except.dates');
  for (const range of ranges ?? []) checkRange(range);
  return {
    ...(timezone !== undefined && { timezone: checkTimezone(timezone) }),
    ...(dates !== undefined && { dates }),
    ...(ranges !== undefined && { ranges }),
    ...(weekdays !== undefined && { weekdays: checkWeekdays(weekdays) }),
    ...(schedules !== undefined && { schedules }),
  };
}

/** A calendar as it comes from a request or a store. */
interface UncheckedCalendar {
  readonly dates?: unknown;
  readonly ranges?: unknown;
  readonly weekdays?: unknown;
  readonly schedules?: unknown;
}

/**
 * Refuses a calendar that would take long to check or to search. It counts without reading, so that it costs nothing itself.
 * @throws InvalidScheduleError
 */
export function refuseLarge(except: unknown): void {
  const zones = new Set<unknown>();
  let [schedules, dates] = [0, 0];
  for (const waiting: unknown[] = [except]; waiting.length > 0;) {
    const calendar = waiting.pop() as UncheckedCalendar & { readonly timezone?: unknown };
    if (typeof calendar !== 'object' || calendar === null) continue;
    const inner = listOf(calendar.schedules) as readonly ({ readonly except?: unknown; readonly timezone?: unknown } | null)[];
    schedules += inner.length;
    dates += listOf(calendar.dates).length + listOf(calendar.ranges).length + listOf(calendar.weekdays).length;
    refuseMore('except.schedules', schedules, MAX_SCHEDULES, 'schedules');
    refuseMore('except', dates, MAX_DATES, 'dates, ranges and weekdays');
    for (const one of [calendar, ...inner]) if (typeof one?.timezone === 'string') zones.add(one.timezone);
    for (const one of inner) waiting.push(one?.except);
  }
  refuseMore('except', zones.size, MAX_ZONES, 'time zones');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function refuseMore(part: string, count: number, most: number, what: string): void {
  if (count > most) throw new InvalidScheduleError(part, count, `It takes at most ${most} ${what}, nested ones included.`);
}

function checkWeekdays(weekdays: NonNullable<ExclusionInput['weekdays']>): string {
  const text = String(weekdays);
  if (parseField('dayOfWeek', text).length === 7) {
    throw new InvalidScheduleError('except.weekdays', text, 'With every weekday excluded it would never be due.');
  }
  return text;
}

function checkRange({ from, to }: DateRange): void {
  checkDate(from, 'except.ranges');
  checkDate(to, 'except.ranges');
  if (from.length !== to.length) {
    throw new InvalidScheduleError('except.ranges', { from, to }, 'Both dates have a year, or neither has.');
  }
  if (isYearly(from) || from <= to) return;
  throw new InvalidScheduleError('except.ranges', { from, to }, 'It ends before it begins.');
}

function checkDate(date: string, part: string): void {
  // a leap year, so that 02-29 is a date
  if (isoDate.safeParse(isYearly(date) ? `2024-${date}` : date).success) return;
  throw new InvalidScheduleError(part, date, "It takes dates that exist: 'YYYY-MM-DD', or 'MM-DD' for each year.");
}

export function isYearly(date: string): boolean {
  return date.length === 'MM-DD'.length;
}
