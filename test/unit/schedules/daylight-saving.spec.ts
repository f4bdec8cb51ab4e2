import { afterAll, describe, expect, it } from '@jest/globals';
import { crontab, type CrontabSchedule } from 'nestjs-task-queue';
import { ticksBetween } from 'nestjs-task-queue/schedules';
import { oracleTicks, transitionsOf, type OracleShape, type Transition } from './wall-oracle.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone')];
const ALL = ZONES.flatMap(transitionsOf);

/** `npm run test:dst` compares all; `npm test` each that is not of one full hour, and every eighth, others each day. */
const WHOLE = process.env['DST'] === 'whole';
const SEED = Math.floor(Date.now() / 86_400_000) % 8;
const TRANSITIONS = ALL.filter(({ kind, from, until }, index) => WHOLE || index % 8 === SEED || (kind !== 'none' && until - from !== 60));

const counts = new Map<string, { compared: number; wrong: number }>();

/** Around one transition: what the implementation finds and what the oracle finds, tick by tick. */
function differences(name: string, schedule: CrontabSchedule, shape: OracleShape, { zone, at }: Transition, around: number): string[] {
  const expected = oracleTicks(shape, zone, at - around, at + around);
  const found = [...ticksBetween(schedule, at - around, at + around)];
  const wrong = expected.length !== found.length || expected.some((tick, index) => tick !== found[index]);
  const count = counts.get(name) ?? { compared: 0, wrong: 0 };
  counts.set(name, { compared: count.compared + expected.length, wrong: count.wrong + Number(wrong) });
  const show = (ticks: number[]): string => ticks.map((tick) => new Date(tick).toISOString()).join(' ');
  return wrong ? [`${name} ${zone} ${new Date(at).toISOString()}: expected ${show(expected)}; found ${show(found)}`] : [];
}

/** Both ends and the middle of what is left out or repeated, and the first wall time after it. */
function minutesAround({ from, until }: Transition): number[] {
  return [from, from + Math.floor((until - from) / 2), until - 1, until].map((minute) => minute % 1_440);
}

function dailyDifferences(name: string, transition: Transition, policies: Pick<OracleShape, 'gap' | 'overlap'>): string[] {
  return minutesAround(transition).flatMap((minute) => {
    const schedule = crontab({ minute: minute % 60, hour: Math.floor(minute / 60), timezone: transition.zone, ...policies });
    return differences(name, schedule, { minutes: [minute], ...policies }, transition, 3 * DAY);
  });
}

function weeklyDifferences(transition: Transition): string[] {
  const weekday = new Date(transition.from * 60_000).getUTCDay();
  const minute = minutesAround(transition)[1]!;
  const schedule = crontab({ minute: minute % 60, hour: Math.floor(minute / 60), dayOfWeek: weekday, timezone: transition.zone });
  return differences('weekly', schedule, { minutes: [minute], weekday: weekday === 0 ? 7 : weekday }, transition, 15 * DAY);
}

afterAll(() => {
  if (WHOLE) console.table(Object.fromEntries(counts));
});

const every = (step: number): number[] => Array.from({ length: 1_440 / step }, (_, index) => index * step);

describe(`every transition of every zone, 2020 to 2030, tick by tick against Temporal (seed ${SEED}, ${TRANSITIONS.length} of ${ALL.length})`, () => {
  const of = (kind: Transition['kind']): Transition[] => TRANSITIONS.filter((transition) => transition.kind === kind);

  it('covers the zones and transitions that there are', () => {
    expect(ZONES.length).toBeGreaterThan(400);
    expect(ALL.filter(({ kind }) => kind === 'gap').length).toBeGreaterThan(1_400);
    expect(ALL.filter(({ kind }) => kind === 'overlap').length).toBeGreaterThan(1_400);
  });

  it.each([{}, { gap: 'skip' }] as const)('daily at a wall time that is left out: %j', (policies) => {
    expect(of('gap').flatMap((transition) => dailyDifferences('daily in a gap', transition, policies))).toEqual([]);
  });

  it.each([{}, { overlap: 'twice' }] as const)('daily at a wall time that comes twice: %j', (policies) => {
    expect(of('overlap').flatMap((transition) => dailyDifferences('daily in an overlap', transition, policies))).toEqual([]);
  });

  it('daily where nothing changes', () => {
    expect(of('none').flatMap((transition) => dailyDifferences('daily', transition, {}))).toEqual([]);
  });

  it('weekly', () => {
    expect(TRANSITIONS.flatMap(weeklyDifferences)).toEqual([]);
  });

  it('every 15 minutes', () => {
    const wrong = TRANSITIONS.flatMap((transition) => {
      const schedule = crontab({ minute: '*/15', timezone: transition.zone });
      return differences('every 15 minutes', schedule, { minutes: every(15), rhythm: true }, transition, 6 * HOUR);
    });
    expect(wrong).toEqual([]);
  });

  it('hourly', () => {
    const wrong = TRANSITIONS.flatMap((transition) => {
      const schedule = crontab({ minute: 20, timezone: transition.zone });
      const minutes = every(60).map((minute) => minute + 20);
      return differences('hourly', schedule, { minutes, rhythm: true }, transition, DAY);
    });
    expect(wrong).toEqual([]);
  });
});
