import cronstrue from 'cronstrue';
import { cronLine } from './crontab/crontab.js';
import { valuesOf } from './crontab/crontab-clock.js';
import { fieldOf, FIELD_NAMES } from './crontab/crontab-fields.js';
import type { CrontabSchedule, ExclusionCalendar, IntervalSchedule, Schedule, SolarSchedule } from './schedule.js';

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
] as const;

/** Maximum number of dates, ranges and schedules of a calendar that a description names. */
const MAX_SHOWN = 10;

/** Describes a schedule in English: "At 02:00 AM, only on Monday (Europe/Paris)". */
export function describeSchedule(schedule: Schedule): string {
  try {
    return describe(schedule);
  } catch {
    // A row that was written by hand is listed, whatever it contains.
    return `cannot be read: ${JSON.stringify(schedule)}`;
  }
}

function describe(schedule: Schedule): string {
  switch (schedule.type) {
    case 'crontab':
      return describeCrontab(schedule) + describeCalendar(schedule.except);
    case 'interval':
      return describeInterval(schedule) + describeCalendar(schedule.except);
    case 'solar':
      return describeSolar(schedule) + describeCalendar(schedule.except);
    case 'clocked':
      return `Once, at ${instant(schedule.at)}`;
  }
}

function describeCrontab(schedule: CrontabSchedule): string {
  const and = schedule.dayMatching === 'and';
  const text = cronstrue.toString(readableLine(schedule), { logicalAndDayFields: and, use24HourTimeFormat: true });
  return schedule.timezone === undefined ? text : `${text} (${schedule.timezone})`;
}

/** The line as written, or its values when cronstrue cannot parse it: ranges that wrap around, and full names. */
function readableLine(schedule: CrontabSchedule): string {
  try {
    cronstrue.toString(cronLine(schedule));
    return cronLine(schedule);
  } catch {
    const values = valuesOf(schedule);
    return FIELD_NAMES.map((name) => fieldOf(name, values[name])).join(' ');
  }
}

function describeInterval({ every, anchor }: IntervalSchedule): string {
  const since = anchor === 0 ? '' : `, counted from ${instant(anchor)}`;
  return `Every ${duration(every)}${since}`;
}

function duration(ms: number): string {
  const words: string[] = [];
  let rest = ms;
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) words.push(count === 1 && words.length === 0 && rest === size ? unit : `${count} ${unit}${count === 1 ? '' : 's'}`);
    rest -= count * size;
  }
  return words.join(' ');
}

function describeSolar({ event, latitude, longitude }: SolarSchedule): string {
  const [first, second] = event.split('_');
  const name = second === undefined || first === 'solar' ? event.replace('_', ' ') : `${second} ${first}`;
  const place = `${Math.abs(latitude)}° ${latitude < 0 ? 'S' : 'N'}, ${Math.abs(longitude)}° ${longitude < 0 ? 'W' : 'E'}`;
  return `${name.charAt(0).toUpperCase()}${name.slice(1)} at ${place}`;
}

function describeCalendar(calendar: ExclusionCalendar | undefined): string {
  if (calendar === undefined) return '';
  const { dates = [], ranges = [], weekdays, schedules = [], timezone } = calendar;
  const parts = [
    ...(weekdays === undefined ? [] : [weekdays]),
    ...shortened(dates, (date) => date),
    ...shortened(ranges, ({ from, to }) => `${from} to ${to}`),
    ...shortened(schedules, (schedule) => `"${describeSchedule(schedule)}"`),
  ];
  return parts.length === 0 ? '' : `, except ${parts.join(', ')}${timezone === undefined ? '' : ` (${timezone})`}`;
}

function shortened<T>(list: readonly T[], text: (one: T) => string): string[] {
  const shown = list.slice(0, MAX_SHOWN).map(text);
  return list.length > MAX_SHOWN ? [...shown, `and ${list.length - MAX_SHOWN} more`] : shown;
}

function instant(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
