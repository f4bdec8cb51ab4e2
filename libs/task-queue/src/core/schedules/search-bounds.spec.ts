import { describe, expect, it } from '@jest/globals';
import { crontab } from './crontab/crontab.js';
import type { ExclusionInput } from './exclusions.js';
import { every } from './interval.js';
import { nextTick, searchTick } from './next-tick.js';
import type { ExclusionCalendar, IntervalSchedule } from './schedule.js';
import { costOf, newSearch } from './search.js';
import { solar } from './solar/solar.js';
import { pieceAt } from './timezones.js';
import { toSchedule, type ScheduleInput } from './to-schedule.js';

const ALL_YEAR = { from: '01-01', to: '12-31' };
const at = Date.parse('2026-11-21T00:00:00Z');
/** ms: far more than any of these searches takes, and far less than each took when it was not bounded */
const SOON = 2_000;

/** A list that counts how often one of its elements is read. */
function counted<T>(list: readonly T[]): { readonly list: readonly T[]; reads: () => number } {
  let reads = 0;
  const get = (target: readonly T[], key: string | symbol): unknown => {
    if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
    return Reflect.get(target, key);
  };
  return { list: new Proxy(list, { get }), reads: () => reads };
}

const excluding = (except: ExclusionCalendar): IntervalSchedule => ({ type: 'interval', every: 1, anchor: 0, except });

describe('rule 37: a search costs no more than its bound', () => {
  it('reads the dates and ranges of a calendar once, whatever the number of days', () => {
    const dates = counted(Array.from({ length: 1_000 }, (_, day) => new Date(at + day * 86_400_000).toISOString().slice(0, 10)));
    const ranges = counted(Array.from({ length: 1_000 }, () => ALL_YEAR));
    expect(nextTick(excluding({ dates: dates.list }), at)).toBe(at + 1_000 * 86_400_000);
    expect(nextTick(excluding({ ranges: ranges.list, weekdays: '1' }), at)).toBeNull();
    expect(dates.reads()).toBeLessThan(10_000);
    expect(ranges.reads()).toBeLessThan(10_000);
  });

  it('parses the weekdays of a calendar once', () => {
    const began = performance.now();
    expect(nextTick(every(1, { except: { ranges: [ALL_YEAR], weekdays: '1,'.repeat(499) + '1' } }), at)).toBeNull();
    expect(performance.now() - began).toBeLessThan(SOON);
  });

  it.each<[string, ScheduleInput]>([
    ['every tick of an interval', { every: 1, except: { schedules: [every(1)] } }],
    ['every second', { cron: '*/2 * * * * *', except: { schedules: [crontab({ second: '*/2' })] } }],
    ['every sunset', { solar: { event: 'sunset', latitude: 50, longitude: 10 }, except: { schedules: [solar('sunset', 50, 10)] } }],
    ['by a hundred crontabs', { cron: '0 0 1 1 *', except: { schedules: [...Array.from({ length: 99 }, () => crontab({ minute: 1, hour: 1, dayOfMonth: 1, monthOfYear: 1 })), crontab({ monthOfYear: 1 })] } }], // prettier-ignore
  ])('ends soon when a calendar excludes %s', (_, input) => {
    const search = newSearch();
    expect(searchTick(toSchedule(input), at, {}, search)).toBeNull();
    // A step may go beyond the bound once.
    expect(costOf(search)).toBeLessThan(costOf({ left: 0 }) * 1.1);
  });

  it('finds the end of a polar night without looking for the sun each day', () => {
    const search = newSearch();
    expect(new Date(searchTick(solar('sunrise', 89, 0), at, {}, search)!).getUTCMonth()).toBe(2);
    expect(costOf(search)).toBeLessThan(5_000);
  });

  it('keeps few years of zones', () => {
    const first = pieceAt('Asia/Tokyo', at);
    for (let year = 1_000; year < 6_100; year++) pieceAt('UTC', Date.UTC(year, 5));
    expect(pieceAt('Asia/Tokyo', at)).not.toBe(first);
    expect(pieceAt('Asia/Tokyo', at)).toEqual(first);
  });
});

describe('rule 37: what is too long is refused before it is read', () => {
  const many = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
  it.each<[string, unknown]>([
    ['text of a field', { crontab: { minute: '*,'.repeat(120_000) } }],
    ['list of a field', { crontab: { minute: many(80_000, null) } }],
    ['list of weekdays', { every: 1, except: { weekdays: many(120_000, 1) } }],
    ['list of dates', { every: 1, except: { dates: many(20_000, '01-01') } }],
    ['list of ranges', { every: 1, except: { ranges: many(6_000, ALL_YEAR) } }],
    ['list of schedules', { every: 1, except: { schedules: many(12_000, { cron: '* * * * *' }) } }],
    ['number of zones', { every: 1, except: { schedules: ['Asia/Tokyo', 'Asia/Gaza', 'Asia/Aden', 'Asia/Baku'].map((timezone) => ({ cron: '* * * * *', timezone })) } }], // prettier-ignore
    ['name of a zone', { cron: '* * * * *', timezone: 'x'.repeat(240_000) }],
    ['cron line', '* '.repeat(120_000)],
    ['instant', { clocked: '2'.repeat(240_000) }],
    ['name of a field', { cron: '* * * * *', ['x'.repeat(240_000)]: 1 }],
    ['number of fields', Object.fromEntries(many(30_000, 1).map((one, index) => [`a${index}`, one]))],
  ])('%s', (_, input) => {
    let message = '';
    try {
      toSchedule(input as ScheduleInput);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).not.toBe('');
    expect(message.length).toBeLessThan(2_000);
  });

  it('dates in nested calendars count together', () => {
    const dates = (count: number): ExclusionInput => ({ dates: many(count, '01-01') });
    const nested = (count: number) => () =>
      toSchedule({ every: 1, except: { ...dates(count), schedules: [every(1, { except: dates(count) })] } });
    expect(nested(501)).toThrow('except cannot be 1002. It takes at most 1000');
    expect(nested(500)).not.toThrow();
  });
});
