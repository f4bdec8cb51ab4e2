import { valuesOf } from './crontab/crontab-clock.js';
import { parseField } from './crontab/crontab-fields.js';
import type { ExclusionCalendar, Schedule } from './schedule.js';

/** A string that is equal for equivalent schedules, however they are written: `0-59/30` and `0,30`, 7 and `sun`. */
export function scheduleKey(schedule: Schedule): string {
  return JSON.stringify(normalSchedule(schedule), sortedKeys);
}

function normalSchedule(schedule: Schedule): object {
  const values = schedule.type === 'crontab' ? valuesOf(schedule) : {};
  const except = 'except' in schedule && schedule.except !== undefined ? normalCalendar(schedule.except) : undefined;
  return { ...schedule, ...values, except };
}

function normalCalendar({ weekdays, schedules, dates, ranges, timezone }: ExclusionCalendar): object {
  return {
    timezone,
    weekdays: weekdays === undefined ? undefined : parseField('dayOfWeek', weekdays),
    dates: dates?.toSorted(),
    ranges: ranges?.map(({ from, to }) => `${from}/${to}`).sort(),
    schedules: schedules?.map(scheduleKey).sort(),
  };
}

function sortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
