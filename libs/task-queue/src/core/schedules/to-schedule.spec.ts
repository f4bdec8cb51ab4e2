import fc from 'fast-check';
import { TaskQueueError } from '../errors/task-queue-error.js';
import { nextTick } from './next-tick.js';
import { describe, expect, it } from '@jest/globals';
import { clocked } from './clocked.js';
import { cron, crontab } from './crontab/crontab.js';
import { describeSchedule } from './describe-schedule.js';
import { every } from './interval.js';
import type { Schedule } from './schedule.js';
import { scheduleKey } from './schedule-key.js';
import { solar } from './solar/solar.js';
import { checkTimezone, pieceAt } from './timezones.js';
import { toSchedule, type ScheduleInput } from './to-schedule.js';

const weekdays = { weekdays: 'sat,sun', schedules: [every('1h')] };

describe('a schedule as people write it', () => {
  it.each<[ScheduleInput, Schedule]>([
    ['*/5 9-17 * * *', cron('*/5 9-17 * * *')],
    [{ cron: '0 2 * * *', timezone: 'Asia/Tokyo', gap: 'skip' }, cron('0 2 * * *', { timezone: 'Asia/Tokyo', gap: 'skip' })],
    [{ crontab: { minute: 5 }, timezone: 'Asia/Tokyo' }, crontab({ minute: 5, timezone: 'Asia/Tokyo' })],
    [{ every: '30s', anchor: 1_000 }, every('30s', { anchor: 1_000 })],
    [{ solar: { event: 'sunset', latitude: 1, longitude: 2 } }, solar('sunset', 1, 2)],
    [{ clocked: '2027-01-31T18:00', timezone: 'Europe/Paris' }, clocked('2027-01-31T17:00Z')],
    [{ every: 5_000, crontab: null } as never, every('5s')],
  ])('%j', (input, schedule) => {
    expect(toSchedule(input)).toEqual(schedule);
  });

  it.each<Schedule>([
    crontab({ minute: '*/5', timezone: 'Asia/Tokyo', dayMatching: 'or', except: weekdays }),
    every('1d', { anchor: 5, except: weekdays }),
    solar('dawn_nautical', -3, 4, { except: weekdays }),
    clocked(7),
  ])('comes back from a store as it was: $type', (schedule) => {
    expect(toSchedule(JSON.parse(JSON.stringify(schedule)))).toEqual(schedule);
  });
});

describe('the zone of a schedule', () => {
  it('is stored by its canonical name, in whatever case it is written', () => {
    for (const name of ['Europe/Paris', 'Europe/paris', 'eUROPE/pARIS']) {
      expect(cron('0 2 * * *', { timezone: name }).timezone).toBe('Europe/Paris');
      expect(scheduleKey(cron('0 2 * * *', { timezone: name }))).toBe(scheduleKey(cron('0 2 * * *', { timezone: 'Europe/Paris' })));
      expect(every('1h', { except: { dates: ['01-01'], timezone: name } }).except?.timezone).toBe('Europe/Paris');
      expect(pieceAt(checkTimezone(name), 0)).toBe(pieceAt('Europe/Paris', 0));
    }
    expect(checkTimezone('asia/ho_chi_minh')).toBe('Asia/Ho_Chi_Minh');
    expect(checkTimezone('US/Eastern')).toBe('America/New_York');
    expect(checkTimezone('utc')).toBe('UTC');
  });
});

describe('an invalid schedule', () => {
  it.each<[unknown, RegExp]>([
    [{ every: '5s', crontab: { minute: 1 } }, /exactly one of .*; this one names crontab and every/],
    [{}, /It names exactly one of cron, crontab, every, solar, clocked\./],
    [{ interval: 5 }, /It names exactly one of/],
    [{ crntab: {} }, /Did you mean 'crontab'\?/],
    [{ type: 'intervall', every: 1 }, /Did you mean 'interval'\?/],
    [{ type: 'toString' }, /type cannot be 'toString'/],
    [{ type: 'interval', every: -1, anchor: 0 }, /every/],
    [{ every: '101y' }, /from 1 to those of 100 years/],
    [{ every: '1d', anchor: 8.64e15 }, /of the years 1 to 9999/],
    [{ clocked: -1e14 }, /of the years 1 to 9999/],
    [{ every: '5s', timezone: 'UTC' }, /every\(\) has no option 'timezone'/],
    [{ every: '5s', ancor: 5 }, /Did you mean 'anchor'\?/],
    [{ every: '5s', anchor: 'x' }, /anchor cannot be 'x'/],
    [{ crontab: '* * * * *' }, /crontab cannot be/],
    [{ solar: { event: 'dawnCivil', latitude: 0, longitude: 0 } }, /Did you mean 'dawn_civil'\?/],
    [{ solar: { event: 'sunset', latitude: 91, longitude: 0 } }, /'latitude' must be degrees from -90 \(south\) to 90 \(north\); got 91/],
    [{ solar: { event: 'sunset', latitude: 0, longitude: 'x' } }, /'longitude' must be degrees/],
    [{ solar: { event: 'sunset', latitude: NaN, longitude: 0 } }, /'latitude'/],
    [{ every: '1h', except: { schedules: [{ type: 'crontab', minute: '99' }] } }, /minute cannot be '99'/],
    [null, /schedule cannot be null/],
    [5, /schedule cannot be 5/],
    [['* * * * *'], /schedule cannot be/],
  ])('%j is refused', (input, message) => {
    expect(() => toSchedule(input as ScheduleInput)).toThrow(message);
  });
});

describe('the key of a schedule', () => {
  it.each<[Schedule, Schedule]>([
    [crontab({ minute: '*/30', dayOfWeek: 7 }), cron('0,30 * ? * SUN')],
    [cron('@hourly'), crontab({ minute: 0 })],
    [every('60s'), every('1m', { anchor: 0 })],
    [daily(['01-01', '12-25']), daily(['12-25', '01-01'])],
  ])('is that of every other way to say it', (one, other) => {
    expect(scheduleKey(one)).toBe(scheduleKey(other));
  });

  it.each<[Schedule, Schedule]>([
    [cron('0 2 * * *'), cron('0 2 * * *', { timezone: 'UTC' })],
    [cron('0 2 * * *'), cron('0 2 * * *', { gap: 'skip' })],
    [cron('0 2 * * *'), cron('1 2 * * *')],
    [every('1h'), every('1h', { anchor: 1 })],
    [daily(['12-25']), daily(['12-26'])],
    [cron('0 12 * * *'), daily(['12-25'])],
    [every('1h', { except: { schedules: [clocked(0)] } }), every('1h', { except: { schedules: [clocked(1)] } })],
    [solar('sunset', 1, 2), solar('sunset', 2, 1)],
  ])('is another for what is due at other times', (one, other) => {
    expect(scheduleKey(one)).not.toBe(scheduleKey(other));
  });

  function daily(dates: string[]): Schedule {
    return cron('0 12 * * *', { except: { dates, weekdays: 'sun' } });
  }
});

describe('a schedule described in English', () => {
  it.each<[Schedule, string]>([
    [cron('0 2 * * *', { timezone: 'Europe/Paris' }), 'At 02:00 (Europe/Paris)'],
    [cron('*/15 9-17 * * mon-fri'), 'Every 15 minutes, between 09:00 and 17:59, Monday through Friday'],
    [cron('0 0 13 * 5'), 'At 00:00, on day 13 of the month, only on Friday'],
    [cron('0 0 13 * 5', { dayMatching: 'or' }), 'At 00:00, on day 13 of the month, and on Friday'],
    [
      crontab({ minute: 0, hour: '22-1', dayOfWeek: 'friday-sunday' }),
      'At 00:00, 01:00, 22:00 and 23:00, only on Sunday, Friday, and Saturday',
    ],
    [cron('0 12 L * *'), 'At 12:00, on the last day of the month'],
    [cron('*/10 * * * * *'), 'Every 10 seconds'],
    [every('30s'), 'Every 30 seconds'],
    [every('1d'), 'Every day'],
    [every('90m', { anchor: '2027-01-01T00:20Z' }), 'Every 1 hour 30 minutes, counted from 2027-01-01T00:20:00Z'],
    [solar('sunset', 21.03, -105.85), 'Sunset at 21.03° N, 105.85° W'],
    [solar('dawn_nautical', -33.9, 151.2), 'Nautical dawn at 33.9° S, 151.2° E'],
    [solar('solar_noon', 0, 0), 'Solar noon at 0° N, 0° E'],
    [clocked('2027-01-31T18:00Z'), 'Once, at 2027-01-31T18:00:00Z'],
    [
      every('1h', {
        except: {
          weekdays: 'sat,sun',
          dates: ['12-25'],
          ranges: [{ from: '08-01', to: '08-15' }],
          schedules: [every('1d')],
          timezone: 'UTC',
        },
      }),
      'Every hour, except sat,sun, 12-25, 08-01 to 08-15, "Every day" (UTC)',
    ],
  ])('%#', (schedule, text) => {
    expect(describeSchedule(schedule)).toBe(text);
  });
});

describe('untrusted input', () => {
  const kinds = [
    'cron',
    'crontab',
    'every',
    'solar',
    'clocked',
    'type',
    'except',
    'timezone',
    'anchor',
    'gap',
    'minute',
    'event',
    'at',
    'latitude',
  ];
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('crontab', 'interval', 'clocked', '* * * * *', '31-30', '2030-01-01', 'Mars/Base', '1e999', 1e300, -0, {}, [[]]),
    fc.record({ minute: fc.jsonValue({ maxDepth: 1 }), weekdays: fc.jsonValue({ maxDepth: 1 }) }, { requiredKeys: [] }),
  );

  it('is a schedule with ticks and a description, or is refused with a code', () => {
    fc.assert(
      fc.property(fc.oneof(value, fc.dictionary(fc.constantFrom(...kinds), value, { maxKeys: 4 })), (input) => {
        try {
          const schedule = toSchedule(input as ScheduleInput);
          expect(nextTick(schedule, Date.UTC(2030, 0, 1)) ?? Infinity).toBeGreaterThan(Date.UTC(2030, 0, 1));
          expect(describeSchedule(schedule)).not.toContain('cannot be read');
        } catch (error) {
          if (!(error instanceof TaskQueueError)) throw error;
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
