import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clocked } from './clocked.js';
import { cron, crontab, type CrontabInput } from './crontab/crontab.js';
import { every } from './interval.js';
import { firstTick, nextTick, ticksBetween } from './next-tick.js';
import type { Schedule } from './schedule.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);
const iso = (tick: number | null): string => (tick === null ? 'never' : new Date(tick).toISOString().replace(':00.000Z', 'Z'));
const next = (schedule: Schedule, after: string, count = 1, timezone?: string): string[] => {
  const ticks: string[] = [];
  let tick: number | null = at(after);
  while (ticks.length < count && tick !== null) ticks.push(iso((tick = nextTick(schedule, tick, { timezone }))));
  return ticks;
};

describe('the calendar', () => {
  it.each([
    ['leap day', '0 0 29 2 *', '2024-02-29T00:00Z', ['2028-02-29T00:00Z', '2032-02-29T00:00Z']],
    ['no leap day in 2100', '0 0 29 2 *', '2096-02-29T00:00Z', ['2104-02-29T00:00Z']],
    [
      'the 31st, only where there is one',
      '0 0 31 * *',
      '2026-01-31T00:00Z',
      ['2026-03-31T00:00Z', '2026-05-31T00:00Z', '2026-07-31T00:00Z'],
    ],
    ['the last day of each month', '0 12 L * *', '2027-12-31T12:00Z', ['2028-01-31T12:00Z', '2028-02-29T12:00Z', '2028-03-31T12:00Z']],
    ['over the end of the year', '30 23 31 12 *', '2026-12-31T23:30Z', ['2027-12-31T23:30Z']],
    ['the first minute of the year', '* * * * *', '2026-12-31T23:59Z', ['2027-01-01T00:00Z']],
    ['the last minute of the year', '59 23 * * *', '2026-12-30T23:59Z', ['2026-12-31T23:59Z', '2027-01-01T23:59Z']],
    [
      'Friday the 13th, as Celery reads it',
      '0 0 13 * fri',
      '2026-01-01T00:00Z',
      ['2026-02-13T00:00Z', '2026-03-13T00:00Z', '2026-11-13T00:00Z'],
    ],
    ['over the end of February', '0 6 * * *', '2027-02-28T06:00Z', ['2027-03-01T06:00Z']],
  ])('%s', (_, line, after, ticks) => {
    expect(next(cron(line), after, ticks.length)).toEqual(ticks);
  });

  it("matches both day fields as cron(8) does with dayMatching: 'or'", () => {
    const either = cron('0 0 13 * fri', { dayMatching: 'or' });
    expect(next(either, '2026-01-01T00:00Z', 3)).toEqual(['2026-01-02T00:00Z', '2026-01-09T00:00Z', '2026-01-13T00:00Z']);
    const one = cron('0 0 13 * *', { dayMatching: 'or' });
    expect(next(one, '2026-01-01T00:00Z', 2)).toEqual(['2026-01-13T00:00Z', '2026-02-13T00:00Z']);
  });

  it('supports seconds when the line has them', () => {
    expect(next(cron('*/20 59 23 * * *'), '2026-12-31T23:59:20Z', 2)).toEqual(['2026-12-31T23:59:40.000Z', '2027-01-01T23:59Z']);
  });

  it('uses the zone of the schedule, of the caller, or UTC, in this order', () => {
    expect(next(cron('0 2 * * *', { timezone: 'Asia/Ho_Chi_Minh' }), '2026-06-01T00:00Z', 1, 'America/New_York')).toEqual([
      '2026-06-01T19:00Z',
    ]);
    expect(next(cron('0 2 * * *'), '2026-06-01T00:00Z', 1, 'America/New_York')).toEqual(['2026-06-01T06:00Z']);
    expect(next(cron('0 2 * * *'), '2026-06-01T00:00Z')).toEqual(['2026-06-01T02:00Z']);
    expect(() => nextTick(cron('0 2 * * *'), 0, { timezone: 'Mars/Olympus' })).toThrow('No time zone is named');
  });

  it('works before 1970 and refuses an invalid time', () => {
    expect(next(cron('0 0 1 1 *'), '1960-06-01T00:00Z')).toEqual(['1961-01-01T00:00Z']);
    expect(() => nextTick(cron('0 0 1 1 *'), NaN)).toThrow("'after' must be epoch milliseconds");
  });
});

describe('at a change of the clocks', () => {
  const berlin = (input: CrontabInput): Schedule => crontab({ timezone: 'Europe/Berlin', ...input });

  it('runs once, at the first instant after the gap, for all skipped times', () => {
    const schedule = berlin({ minute: '0,20,40', hour: 2 });
    expect(next(schedule, '2026-03-28T02:00Z', 2)).toEqual(['2026-03-29T01:00Z', '2026-03-30T00:00Z']);
    expect(next(berlin({ minute: 0, hour: '2,3' }), '2026-03-28T12:00Z', 2)).toEqual(['2026-03-29T01:00Z', '2026-03-30T00:00Z']);
  });

  it('continues in real time when it matches before and after: each quarter from 0 to 6', () => {
    const quarters = berlin({ minute: '*/15', hour: '0-6' });
    const night = (from: string, hours: number): number[] => [...ticksBetween(quarters, at(from), at(from) + hours * HOUR)];
    expect(night('2026-03-28T22:59Z', 6)).toHaveLength(24);
    expect(night('2026-10-24T21:59Z', 8)).toHaveLength(32);
  });

  it('continues without an extra run for the skipped hour', () => {
    expect(next(berlin({ minute: 20 }), '2026-03-29T00:20Z', 2)).toEqual(['2026-03-29T01:20Z', '2026-03-29T02:20Z']);
  });

  it('runs once after the gap when it would have ended in the skipped hour', () => {
    const until = berlin({ minute: '*/15', hour: '0-2' });
    expect(next(until, '2026-03-29T00:45Z', 2)).toEqual(['2026-03-29T01:00Z', '2026-03-29T22:00Z']);
  });

  it('treats it as a time of the day otherwise: each quarter from 2 to 3 comes once', () => {
    const quarters = berlin({ minute: '*/15', hour: '2' });
    expect([...ticksBetween(quarters, at('2026-10-24T12:00Z'), at('2026-10-25T12:00Z'))]).toHaveLength(4);
    expect([
      ...ticksBetween(berlin({ minute: '*/15', hour: 2, overlap: 'twice' }), at('2026-10-24T12:00Z'), at('2026-10-25T12:00Z')),
    ]).toHaveLength(8);
  });

  it('every second hour is neither skipped nor doubled', () => {
    expect(next(berlin({ minute: 0, hour: '*/2' }), '2026-03-28T23:00Z', 2)).toEqual(['2026-03-29T01:00Z', '2026-03-29T02:00Z']);
    expect(next(berlin({ minute: 0, hour: '*/2' }), '2026-10-24T22:00Z', 2)).toEqual(['2026-10-25T00:00Z', '2026-10-25T03:00Z']);
  });

  it('handles a gap at midnight, of half an hour, and of a whole day', () => {
    const midnight = (timezone: string): Schedule => cron('0 0 * * *', { timezone });
    expect(next(midnight('Africa/Cairo'), '2026-04-23T12:00Z')).toEqual(['2026-04-23T22:00Z']);
    expect(next(cron('10 2 * * *', { timezone: 'Australia/Lord_Howe' }), '2026-10-03T00:00Z')).toEqual(['2026-10-03T15:30Z']);
    expect(next(midnight('Pacific/Apia'), '2011-12-29T12:00Z', 2)).toEqual(['2011-12-30T10:00Z', '2011-12-31T10:00Z']);
  });
});

describe('intervals', () => {
  it('are counted from their anchor, however late the search starts', () => {
    const schedule = every('10s', { anchor: '2026-01-01T00:00:03Z' });
    expect(next(schedule, '2026-01-01T00:00:03Z', 2)).toEqual(['2026-01-01T00:00:13.000Z', '2026-01-01T00:00:23.000Z']);
    expect(next(schedule, '2026-07-01T12:34:56.789Z')).toEqual(['2026-07-01T12:35:03.000Z']);
    expect(next(schedule, '2020-01-01T00:00Z')).toEqual(['2026-01-01T00:00:03.000Z']);
  });

  it('ignore the wall clock: a day is 24 hours', () => {
    expect(next(every('1d'), '2026-03-29T00:00Z')).toEqual(['2026-03-30T00:00Z']);
  });

  it.each([[0], [-5], ['-10s'], [0.5], [Infinity], ['soon']])('refuses %p', (interval) => {
    expect(() => every(interval)).toThrow(/every/);
  });
});

describe('single dates', () => {
  it('come once', () => {
    const schedule = clocked('2027-01-31T18:00:00+07:00');
    expect(next(schedule, '2027-01-01T00:00Z', 2)).toEqual(['2027-01-31T11:00Z', 'never']);
    expect(clocked(new Date(5))).toEqual(clocked(5));
  });

  it('accept a wall time with a zone, and use the first instant after the gap for a skipped time', () => {
    expect(iso(clocked('2027-01-31T18:00', { timezone: 'Europe/Paris' }).at)).toBe('2027-01-31T17:00Z');
    expect(iso(clocked('2026-03-29T02:30', { timezone: 'Europe/Paris' }).at)).toBe('2026-03-29T01:00Z');
    expect(iso(clocked('2026-10-25T02:30', { timezone: 'Europe/Paris' }).at)).toBe('2026-10-25T00:30Z');
  });

  it.each(['2027-01-31T18:00', '2027-02-30T18:00Z', 'tomorrow', NaN, new Date(NaN), 1e20])('refuses %p', (moment) => {
    expect(() => clocked(moment)).toThrow(/clocked cannot be/);
  });

  it('are refused when they are created after their time', () => {
    expect(() => firstTick(clocked('2020-01-01T00:00Z'), at('2026-01-01T00:00Z'))).toThrow('its time has passed');
    expect(firstTick(every('1h'), 0)).toBe(HOUR);
  });
});

function take(count: number, ticks: Iterable<number>): number[] {
  const taken: number[] = [];
  for (const tick of ticks) if (taken.push(tick) >= count) break;
  return taken;
}

const anyField = (min: number, max: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min, max }).map(String),
    fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }), fc.integer({ min: 1, max: 7 })).map(([a, b, step]) => `${a}-${b}/${step}`),
  );

const anySchedule: fc.Arbitrary<Schedule> = fc.oneof(
  fc
    .record({
      minute: anyField(0, 59),
      hour: anyField(0, 23),
      dayOfMonth: anyField(1, 28),
      monthOfYear: anyField(1, 12),
      dayOfWeek: anyField(0, 6),
      dayMatching: fc.constantFrom('and' as const, 'or' as const),
      gap: fc.constantFrom('next' as const, 'skip' as const),
      overlap: fc.constantFrom('once' as const, 'twice' as const),
      timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/Santiago', 'Australia/Lord_Howe', 'Africa/Casablanca', 'Antarctica/Troll'),
    })
    .map((input) => crontab(input)),
  fc
    .record({ ms: fc.integer({ min: 1, max: 40 * DAY }), anchor: fc.integer({ min: 0, max: 2e12 }) })
    .map(({ ms, anchor }) => every(ms, { anchor })),
  fc.integer({ min: 0, max: 2e12 }).map((moment) => clocked(moment)),
);

describe('for any schedule and any moment', () => {
  const instant = fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2035, 0) });

  it('the next tick is strictly later', () => {
    fc.assert(
      fc.property(anySchedule, instant, (schedule, after) => {
        expect(nextTick(schedule, after) ?? Infinity).toBeGreaterThan(after);
      }),
    );
  });

  it('every moment before a tick finds that same tick', () => {
    fc.assert(
      fc.property(anySchedule, instant, fc.double({ min: 0, max: 1, noNaN: true }), (schedule, after, part) => {
        const tick = nextTick(schedule, after);
        const between = tick === null ? after + DAY : Math.floor(after + (tick - 1 - after) * part);
        expect(nextTick({ ...schedule }, after)).toBe(tick);
        expect(nextTick(schedule, between)).toBe(tick);
      }),
    );
  });

  it('a later start never finds an earlier tick', () => {
    fc.assert(
      fc.property(anySchedule, instant, instant, (schedule, one, other) => {
        const [early, late] = one < other ? [one, other] : [other, one];
        expect(nextTick(schedule, early) ?? Infinity).toBeLessThanOrEqual(nextTick(schedule, late) ?? Infinity);
      }),
    );
  });

  it('the ticks between two moments do not depend on how the range is split', () => {
    fc.assert(
      fc.property(anySchedule, instant, fc.integer({ min: 0, max: 3 * DAY }), (schedule, from, middle) => {
        const until = from + 3 * DAY;
        const parts = [...take(50, ticksBetween(schedule, from, from + middle)), ...take(50, ticksBetween(schedule, from + middle, until))];
        expect(parts.slice(0, 50)).toEqual(take(50, ticksBetween(schedule, from, until)));
      }),
    );
  });
});
