import { FIELD_NAMES, isFull, LAST_DAY, parseField, type FieldName } from './crontab-fields.js';
import type { CrontabSchedule } from '../schedule.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/**
 * The matching wall times of a crontab, on a clock without zones and changes: milliseconds as if they were UTC.
 * next-crontab handles the changes of real clocks.
 */
export class CrontabClock {
  readonly #values: Record<FieldName, readonly number[]>;
  readonly #either: boolean;

  private constructor(schedule: CrontabSchedule) {
    this.#values = valuesOf(schedule);
    const { dayOfMonth, dayOfWeek } = this.#values;
    this.#either = schedule.dayMatching === 'or' && !isFull('dayOfMonth', dayOfMonth) && !isFull('dayOfWeek', dayOfWeek);
  }

  static readonly #clocks = new WeakMap<CrontabSchedule, CrontabClock>();

  static of(schedule: CrontabSchedule): CrontabClock {
    let clock = this.#clocks.get(schedule);
    if (clock === undefined) this.#clocks.set(schedule, (clock = new CrontabClock(schedule)));
    return clock;
  }

  /** The first matching wall time at or after `from` and before `until`. */
  next(from: number, until: number): number | undefined {
    let day = Math.floor(from / DAY) * DAY;
    let second = Math.ceil((from - day) / SECOND);
    while (day < until) {
      const date = new Date(day);
      if (!this.#values.monthOfYear.includes(date.getUTCMonth() + 1)) {
        day = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
      } else {
        const found = this.#matchesDay(date) ? this.#nextOfDay(second) : undefined;
        if (found !== undefined) return day + found * SECOND < until ? day + found * SECOND : undefined;
        day += DAY;
      }
      second = 0;
    }
    return undefined;
  }

  /** Whether the crontab matches in every hour, from the hour before a range of wall time to the hour after it. */
  goesOnThrough(from: number, until: number): boolean {
    for (let hour = Math.floor((from - HOUR) / HOUR); hour * HOUR <= until; hour++) {
      if (!this.#values.hour.includes(((hour % 24) + 24) % 24)) return false;
    }
    return true;
  }

  /** When the minute (or second) of `wall` matches: a later wall time up to which every minute matches. */
  matchesUntil(wall: number): number | undefined {
    const { second, minute, hour } = this.#values;
    const unit = second.length === 1 && second[0] === 0 ? MINUTE : SECOND;
    const start = Math.floor(wall / unit) * unit;
    if (this.next(start, start + 1) === undefined) return undefined;
    const endOf = (size: number): number => Math.floor(start / size) * size + size;
    if (unit === SECOND && !isFull('second', second)) return endOf(SECOND);
    if (!isFull('minute', minute)) return endOf(MINUTE);
    return endOf(isFull('hour', hour) ? DAY : HOUR);
  }

  /** Whether any of its months has such a day. */
  get everDue(): boolean {
    const { dayOfMonth, monthOfYear } = this.#values;
    return this.#either || monthOfYear.some((month) => dayOfMonth.some((day) => day === LAST_DAY || day <= longest(month)));
  }

  #matchesDay(date: Date): boolean {
    const { dayOfMonth, dayOfWeek } = this.#values;
    const weekday = dayOfWeek.includes(date.getUTCDay());
    if (weekday === this.#either) return weekday; // `or` needs only one of the two; `and` fails without the weekday
    const day = date.getUTCDate();
    if (dayOfMonth.includes(day)) return true;
    return dayOfMonth.includes(LAST_DAY) && new Date(date.getTime() + DAY).getUTCDate() === 1;
  }

  /** The first matching second of a day at or after `from`. */
  #nextOfDay(from: number): number | undefined {
    const { second, minute, hour } = this.#values;
    for (const h of hour) {
      if ((h + 1) * 3_600 <= from) continue;
      for (const m of minute) {
        const start = h * 3_600 + m * 60;
        if (start + 60 <= from) continue;
        const s = second.find((value) => start + value >= from);
        if (s !== undefined) return start + s;
      }
    }
    return undefined;
  }
}

export function valuesOf(schedule: CrontabSchedule): Record<FieldName, number[]> {
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, parseField(name, schedule[name])])) as Record<FieldName, number[]>;
}

function longest(month: number): number {
  return new Date(Date.UTC(2024, month, 0)).getUTCDate();
}
