import { z } from 'zod';
import { InvalidScheduleError } from '../errors/schedule-errors.js';
import { checkOptions } from '../options/check-options.js';
import { parseField } from './crontab/crontab-fields.js';
import type { DateRange, ExclusionCalendar, Schedule } from './schedule.js';
import { checkTimezone, zoneField } from './timezones.js';

/** Maximum number of schedules in a calendar: each tick is compared with all of them. */
const MAX_SCHEDULES = 100;

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
  const { timezone, dates, ranges, weekdays, schedules } = checkOptions(schema, input, "'except' of a schedule");
  for (const date of dates ?? []) checkDate(date, 'except.dates');
  for (const range of ranges ?? []) checkRange(range);
  const count = countOf(schedules);
  if (count > MAX_SCHEDULES) {
    throw new InvalidScheduleError('except.schedules', count, `It takes at most ${MAX_SCHEDULES} schedules, nested ones included.`);
  }
  return {
    ...(timezone !== undefined && { timezone: checkTimezone(timezone) }),
    ...(dates !== undefined && { dates }),
    ...(ranges !== undefined && { ranges }),
    ...(weekdays !== undefined && { weekdays: checkWeekdays(weekdays) }),
    ...(schedules !== undefined && { schedules }),
  };
}

/** Counts the schedules, including those that they exclude themselves. */
function countOf(schedules: readonly Schedule[] = []): number {
  return schedules.reduce((sum, schedule) => sum + 1 + ('except' in schedule ? countOf(schedule.except?.schedules) : 0), 0);
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
  if (z.iso.date().safeParse(isYearly(date) ? `2024-${date}` : date).success) return;
  throw new InvalidScheduleError(part, date, "It takes dates that exist: 'YYYY-MM-DD', or 'MM-DD' for each year.");
}

export function isYearly(date: string): boolean {
  return date.length === 'MM-DD'.length;
}
