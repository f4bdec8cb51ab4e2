import { describe, expect, it } from '@jest/globals';
import { CronExpression } from '@nestjs/schedule';
import { valuesOf } from './crontab-clock.js';
import { cron, cronLine, crontab, type CrontabInput } from './crontab.js';
import { parseField } from './crontab-fields.js';
import { nextTick } from '../next-tick.js';

const rejection = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`;
  }
  return 'accepted';
};

describe("Celery's grammar of fields", () => {
  it.each([
    ['minute', '*/15', [0, 15, 30, 45]],
    ['minute', '0,30', [0, 30]],
    ['minute', ' 5 , 10 ', [5, 10]],
    ['minute', '3-59/14', [3, 17, 31, 45, 59]],
    ['minute', '50/5', [50, 55]],
    ['hour', '*/3,8-10', [0, 3, 6, 8, 9, 10, 12, 15, 18, 21]],
    ['hour', '22-2', [0, 1, 2, 22, 23]],
    ['hour', '20-4/4', [0, 4, 20]],
    ['hour', '09', [9]],
    ['dayOfMonth', '*/7', [1, 8, 15, 22, 29]],
    ['dayOfMonth', '1-7,15-21', [1, 2, 3, 4, 5, 6, 7, 15, 16, 17, 18, 19, 20, 21]],
    ['dayOfMonth', '?', Array.from({ length: 31 }, (_, index) => index + 1)],
    ['monthOfYear', '*/3', [1, 4, 7, 10]],
    ['monthOfYear', '2-12/2', [2, 4, 6, 8, 10, 12]],
    ['monthOfYear', 'jan,december', [1, 12]],
    ['dayOfWeek', 'mon-fri', [1, 2, 3, 4, 5]],
    ['dayOfWeek', 'Fri-Mon', [0, 1, 5, 6]],
    ['dayOfWeek', 'sunday,thurs', [0, 4]],
    ['dayOfWeek', '5-7', [0, 5, 6]],
    ['dayOfWeek', '7', [0]],
    ['dayOfWeek', '*/2', [0, 2, 4, 6]],
  ] as const)('%s %s', (name, text, values) => {
    expect(parseField(name, text)).toEqual(values);
  });

  it('accepts numbers and lists', () => {
    expect(crontab({ minute: [0, '30-40/5'], hour: 7 })).toEqual(crontab({ minute: '0,30-40/5', hour: '7' }));
  });

  it('matches every minute by default', () => {
    expect(cronLine(crontab())).toBe('* * * * *');
  });
});

describe('cron lines', () => {
  it.each(Object.entries(CronExpression))("reads @nestjs/schedule's %s: %s", (_, line) => {
    expect(nextTick(cron(line), 0)).toBeGreaterThan(0);
  });

  it('reads five fields, six with the seconds first, and shorthands', () => {
    expect(cron('5 4 3 2 1')).toEqual(crontab({ minute: 5, hour: 4, dayOfMonth: 3, monthOfYear: 2, dayOfWeek: 1 }));
    expect(cron('10 5 4 * * *')).toEqual(crontab({ second: 10, minute: 5, hour: 4 }));
    expect(valuesOf(cron(' @Weekly '))).toEqual(valuesOf(cron('0 0 * * sun')));
  });

  it('is plain data that survives JSON', () => {
    const schedule = cron('0 2 * * *', { timezone: 'Asia/Ho_Chi_Minh', except: { dates: ['12-25'] } });
    expect(JSON.parse(JSON.stringify(schedule))).toEqual(schedule);
  });
});

describe('an invalid crontab is refused with a hint', () => {
  it.each<[() => unknown, RegExp]>([
    [() => cron('__proto__'), /SCHEDULE_INVALID.*It has 1 fields instead of five/],
    [() => cron('constructor'), /SCHEDULE_INVALID.*It has 1 fields instead of five/],
    [() => crontab({ minute: '60' }), /SCHEDULE_INVALID: Schedule: minute cannot be '60'. 60 is not from 0 to 59/],
    [() => crontab({ hour: -1 }), /SCHEDULE_INVALID.*hour cannot be '-1'/],
    [() => crontab({ hour: 1.5 }), /INVALID_OPTION.*'hour' must be/],
    [() => crontab({ minute: [] }), /INVALID_OPTION.*'minute' must be/],
    [() => crontab({ minute: '' }), /SCHEDULE_INVALID/],
    [() => crontab({ minute: '1,,2' }), /SCHEDULE_INVALID/],
    [() => crontab({ dayOfMonth: '0' }), /0 is not from 1 to 31/],
    [() => crontab({ dayOfWeek: 'mnoday' }), /'mnoday' cannot be read. Did you mean 'monday'\?/],
    [() => crontab({ monthOfYear: 'augst' }), /Did you mean 'august'\?/],
    [() => crontab({ dayOfMonth: '15W' }), /'15w' cannot be read: 'W', the nearest weekday, does not exist here/],
    [() => crontab({ dayOfWeek: 'fri#2' }), /'fri#2' cannot be read: '#', a weekday by its number in the month, does not exist here/],
    [() => crontab({ dayOfWeek: '5L' }), /'5l' cannot be read: 'L' with a number or a weekday does not exist here/],
    [() => crontab({ dayOfMonth: 'L-3' }), /does not exist here. 'L' alone is the last day of the month/],
    [() => cron('H * * * *'), /'h' cannot be read: 'H', a value by hash, does not exist here/],
    [
      () => cron('TZ=Europe/Paris 0 2 * * *'),
      /The prefix 'TZ=Europe\/Paris' does not exist here. Set the zone beside the line: { timezone: 'Europe\/Paris' }/,
    ],
    [() => cron('CRON_TZ=UTC * * * * *'), /does not exist here/],
    [() => crontab({ minute: '*/1e1' }), /The step '\/1e1' is not a whole number/],
    [() => crontab({ minute: '*/0x5' }), /The step '\/0x5' is not a whole number/],
    [() => crontab({ minute: '*,'.repeat(501) }), /minute cannot be .* It takes at most 1000 characters/],
    [() => crontab({ minute: Array<number>(201).fill(1) }), /Option 'minute' must be/],
    [() => cron('* '.repeat(1_001)), /It takes at most 2000 characters/],
    [() => crontab({ minute: '*/0' }), /The step '\/0' is not a whole number from 1 to 60/],
    [() => crontab({ minute: '*/90' }), /For a longer interval use every\(\)/],
    [
      () => crontab({ day_of_week: 1 } as CrontabInput),
      /UNKNOWN_OPTION: crontab\(\) has no option 'day_of_week'. Did you mean 'dayOfWeek'\?/,
    ],
    [() => crontab({ timezone: 'Asia/Ho_Chi_Min' }), /TIMEZONE_UNKNOWN: .* Did you mean 'Asia\/Ho_Chi_Minh'\?/],
    [() => crontab({ timezone: 'Europe/Berln' }), /Did you mean 'Europe\/Berlin'\?/],
    [() => crontab({ timezone: 'new york' }), /Did you mean 'America\/New_York'\?/],
    [() => crontab({ timezone: 'local' }), /Zones have names such as/],
    [() => crontab({ dayMatching: 'xor' as 'or' }), /INVALID_OPTION: Option 'dayMatching' must be 'and' or 'or'/],
    [() => crontab({ gap: 'later' as 'next' }), /'gap' must be 'next' or 'skip'/],
    [() => cron('* * * *'), /It has 4 fields instead of five/],
    [() => cron(''), /It has 0 fields/],
    [() => cron('0 0 1 1 * 2030 *'), /It has 7 fields/],
    [() => cron('@dayly'), /Did you mean '@daily'\?/],
    [() => cron(5 as unknown as string), /SCHEDULE_INVALID/],
    [() => cron('* * * * *', { timezon: 'UTC' } as object), /UNKNOWN_OPTION.*'timezone'/],
  ])('%s', (make, message) => {
    expect(rejection(make)).toMatch(message);
  });

  it.each(['31 2 30 2 *', '0 0 31 4,6,9,11 *', '0 0 30-31 feb mon'])('%s is refused because it is never due', (line) => {
    expect(rejection(() => cron(line))).toMatch(/SCHEDULE_NEVER_DUE: The schedule '.*' is never due: no month of '.*' has a day '.*'/);
  });

  it('accepts rare dates and refuses impossible ones', () => {
    expect(nextTick(cron('0 0 29 2 mon'), Date.UTC(2024, 2, 1))).toBe(Date.UTC(2044, 1, 29));
    expect(nextTick(cron('0 0 29 2 tue'), Date.UTC(2084, 2, 1))).toBe(Date.UTC(2124, 1, 29));
    expect(nextTick(cron('0 0 30 2 mon', { dayMatching: 'or' }), Date.UTC(2026, 0, 31))).toBe(Date.UTC(2026, 1, 2));
  });
});
