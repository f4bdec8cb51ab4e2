import { describe, expect, it } from '@jest/globals';
import { clocked } from './clocked.js';
import { cron, crontab } from './crontab/crontab.js';
import type { ExclusionInput } from './exclusions.js';
import { every } from './interval.js';
import { firstTick, nextTick, ticksBetween } from './next-tick.js';
import type { Schedule } from './schedule.js';
import { solar } from './solar/solar.js';

const at = (text: string): number => Date.parse(text);
const days = (schedule: Schedule, from: string, until: string): string[] =>
  [...ticksBetween(schedule, at(from) - 1, at(until))].map((tick) => new Date(tick).toISOString().slice(0, 10));
const daily = (except: ExclusionInput): Schedule => cron('0 12 * * *', { except });

describe('a calendar of exclusions', () => {
  it('excludes dates, of one year or of every year', () => {
    const schedule = daily({ dates: ['2026-12-24', '12-25'] });
    expect(days(schedule, '2026-12-23', '2026-12-27')).toEqual(['2026-12-23', '2026-12-26']);
    expect(days(schedule, '2027-12-23', '2027-12-26')).toEqual(['2027-12-23', '2027-12-24']);
  });

  it('excludes inclusive ranges, also across the end of a year', () => {
    expect(days(daily({ ranges: [{ from: '2026-08-01', to: '2026-08-03' }] }), '2026-07-31', '2026-08-05')).toEqual([
      '2026-07-31',
      '2026-08-04',
    ]);
    expect(days(daily({ ranges: [{ from: '12-30', to: '01-02' }] }), '2026-12-29', '2027-01-04')).toEqual(['2026-12-29', '2027-01-03']);
  });

  it('excludes weekdays', () => {
    expect(days(daily({ weekdays: ['sat', 0] }), '2026-01-02', '2026-01-06')).toEqual(['2026-01-02', '2026-01-05']);
  });

  it('reads its dates in its own zone, or in the zone of the schedule', () => {
    const midnight = (except: ExclusionInput): number | null =>
      nextTick(cron('0 1 * * *', { timezone: 'Asia/Tokyo', except }), at('2026-05-01T00:00Z'));
    expect(midnight({ dates: ['2026-05-02'] })).toBe(at('2026-05-02T16:00Z'));
    expect(midnight({ dates: ['2026-05-01'], timezone: 'UTC' })).toBe(at('2026-05-02T16:00Z'));
    const interval = every('1h', { except: { dates: ['2026-05-02'], timezone: 'Asia/Tokyo' } });
    expect(nextTick(interval, at('2026-05-01T14:30Z'))).toBe(at('2026-05-02T15:00Z'));
  });

  it('excludes the minutes of another crontab', () => {
    const schedule = every('10m', { except: { schedules: [crontab({ hour: '2-3' }), crontab({ minute: '30', hour: '5' })] } });
    expect(nextTick(schedule, at('2026-01-01T01:50Z'))).toBe(at('2026-01-01T04:00Z'));
    expect(nextTick(schedule, at('2026-01-01T05:20Z'))).toBe(at('2026-01-01T05:40Z'));
  });

  it('excludes only that minute when the clocks go back within it', () => {
    const schedule = every('1m', { except: { timezone: 'Australia/Lord_Howe', schedules: [crontab({ minute: 59, hour: 1 })] } });
    const hour = [...ticksBetween(schedule, at('2026-04-04T14:30Z'), at('2026-04-04T15:30Z'))];
    expect(hour).toHaveLength(58); // 01:59 comes twice
  });

  it('keeps ticks that the excluded schedule itself excludes', () => {
    const backup = crontab({ hour: '2-3', except: { weekdays: 'sun' } });
    const schedule = every('1h', { except: { schedules: [backup] } });
    expect(nextTick(schedule, at('2026-01-03T01:00Z'))).toBe(at('2026-01-03T04:00Z'));
    expect(nextTick(schedule, at('2026-01-04T01:00Z'))).toBe(at('2026-01-04T02:00Z'));
  });

  it('excludes the ticks of other schedules', () => {
    const schedule = cron('0 * * * *', { except: { schedules: [every('2h'), clocked('2026-01-01T03:00Z')] } });
    expect(nextTick(schedule, at('2026-01-01T01:00Z'))).toBe(at('2026-01-01T05:00Z'));
  });

  it('skips long excluded ranges without checking each tick in them', () => {
    const schedule = every('1s', {
      except: { ranges: [{ from: '2026-01-01', to: '2035-12-31' }], schedules: [crontab({ monthOfYear: '1-6' })] },
    });
    expect(nextTick(schedule, at('2025-12-31T23:59:59Z'))).toBe(at('2036-07-01T00:00Z'));
  });

  it('ends the search with an error when it leaves no tick', () => {
    expect(nextTick(every('1h', { except: { schedules: [every('30m')] } }), 0)).toBeNull();
    expect(nextTick(every('1s', { except: { schedules: [every('1s')] } }), 0)).toBeNull();
    expect(() => firstTick(cron('0 0 * * *', { except: { schedules: [crontab()] } }), 0)).toThrow('it has no future tick');
  });

  it('bounds the search in nested calendars, which multiply the ticks to check', () => {
    const nested = (levels: number) =>
      Array.from({ length: levels }).reduce<Schedule>((inner) => every(1, { except: { schedules: [inner] } }), every(1));
    expect(nextTick(nested(2), 0)).toBeNull();
    expect(nextTick(nested(20), 0)).toBeNull();
    expect(nextTick(every(1, { except: { schedules: [every(2, { except: { schedules: [every(4)] } })] } }), 3)).toBe(4);
  });

  it('applies to solar schedules', () => {
    const schedule = solar('solar_noon', 51.5, 0, { except: { weekdays: 'mon-sat' } });
    expect(new Date(nextTick(schedule, at('2026-01-01T00:00Z'))!).getUTCDay()).toBe(0);
  });
});

describe('an invalid calendar', () => {
  it.each<[ExclusionInput, RegExp]>([
    [{ dates: ['2026-02-30'] }, /except.dates cannot be '2026-02-30'/],
    [{ dates: ['25.12.'] }, /except.dates/],
    [{ ranges: [{ from: '2026-02-03', to: '2026-02-01' }] }, /It ends before it begins/],
    [{ ranges: [{ from: '2026-02-03', to: '02-05' }] }, /Both dates have a year, or neither has/],
    [{ ranges: [{ from: '2026-02-03' } as never] }, /'ranges' must be/],
    [{ weekdays: 'mon-sun' }, /it would never be due/],
    [{ weekdays: 'satt' }, /'satt' cannot be read/],
    [{ timezone: 'Europe/Pariss' }, /Did you mean 'Europe\/Paris'/],
    [{ schedules: ['0 0 * * *' as never] }, /'schedules' must be/],
    [{ schedules: Array.from({ length: 101 }, () => every('1d')) }, /It takes at most 100 schedules/],
    [{ schedules: Array.from({ length: 10 }, () => every('1d', { except: { schedules: Array.from({ length: 10 }, () => every('2d')) } })) }, /cannot be 110/], // prettier-ignore
    [{ date: [] } as never, /Did you mean 'dates'/],
    ['sat' as never, /except cannot be 'sat'/],
  ])('%j is refused', (except, message) => {
    expect(() => daily(except)).toThrow(message);
  });

  it('accepts the 29th of February of every year', () => {
    expect(() => daily({ dates: ['02-29'] })).not.toThrow();
  });
});
