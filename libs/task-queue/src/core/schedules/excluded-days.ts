import { parseField } from './crontab/crontab-fields.js';
import { isYearly } from './exclusions.js';
import type { DateRange, ExclusionCalendar } from './schedule.js';

const DAY = 86_400_000;
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 4;
/** the places of a month, and of a year */
const MONTH = 32;
const PLACES = 12 * MONTH;

/** The days that a calendar excludes by weekday, date and range. They are read once, whatever the number of ticks to check. */
export class ExcludedDays {
  readonly #weekdays = new Set<number>();
  /** 1 for each excluded day of every year, by {@link placeOf}; undefined = none */
  #yearly: Uint8Array | undefined;
  /** of single years: first and last day, apart from each other and ascending; days are counted from 1970-01-01 */
  readonly #periods: readonly (readonly [number, number])[];

  private constructor({ dates = [], ranges = [], weekdays }: ExclusionCalendar) {
    if (weekdays !== undefined) for (const day of parseField('dayOfWeek', weekdays)) this.#weekdays.add(day);
    const all = [...ranges, ...dates.map((date) => ({ from: date, to: date }))];
    for (const range of all) if (isYearly(range.from)) this.#addYearly(range);
    this.#periods = joined(all.filter(({ from }) => !isYearly(from)).map(({ from, to }) => [dayOf(from), dayOf(to)] as const));
  }

  static readonly #known = new WeakMap<ExclusionCalendar, ExcludedDays>();

  static of(calendar: ExclusionCalendar): ExcludedDays {
    let days = this.#known.get(calendar);
    if (days === undefined) this.#known.set(calendar, (days = new ExcludedDays(calendar)));
    return days;
  }

  has(day: number): boolean {
    return this.nextFree(day, day + 1) !== day;
  }

  /** The first day that is not excluded, from `day` on and before `end`; or else `end`, or a later day. */
  nextFree(day: number, end: number): number {
    let free = day;
    while (free < end) {
      const last = this.#lastOfPeriod(free);
      if (last === undefined && !this.#recurs(free)) return free;
      free = (last ?? free) + 1;
    }
    return free;
  }

  #recurs(day: number): boolean {
    if (this.#weekdays.has((((day + FIRST_WEEKDAY) % 7) + 7) % 7)) return true;
    if (this.#yearly === undefined) return false;
    const date = new Date(day * DAY);
    return this.#yearly[date.getUTCMonth() * MONTH + date.getUTCDate()] === 1;
  }

  /** The last day of the period that contains a day. */
  #lastOfPeriod(day: number): number | undefined {
    let [low, high] = [0, this.#periods.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#periods[middle]![1] < day) low = middle + 1;
      else high = middle;
    }
    const period = this.#periods[low];
    return period !== undefined && period[0] <= day ? period[1] : undefined;
  }

  /** A range may go on across the end of a year. */
  #addYearly({ from, to }: DateRange): void {
    this.#yearly ??= new Uint8Array(PLACES);
    const [first, last] = [placeOf(from), placeOf(to)];
    if (first <= last) this.#yearly.fill(1, first, last + 1);
    else this.#yearly.fill(1, first).fill(1, 0, last + 1);
  }
}

function dayOf(date: string): number {
  return Math.floor(Date.parse(date) / DAY);
}

/** of `MM-DD` */
function placeOf(date: string): number {
  const [month, day] = date.split('-').map(Number) as [number, number];
  return (month - 1) * MONTH + day;
}

function joined(periods: (readonly [number, number])[]): [number, number][] {
  const apart: [number, number][] = [];
  for (const [first, last] of periods.toSorted((a, b) => a[0] - b[0])) {
    const before = apart.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else apart.push([first, last]);
  }
  return apart;
}
