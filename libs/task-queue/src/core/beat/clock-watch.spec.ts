import { describe, expect, it, jest } from '@jest/globals';
import { definition } from '../../testing/conformance/schedule-samples.js';
import type { ScheduleStore } from '../ports/stores/schedule-store.js';
import type { StoredSchedule } from '../ports/stores/stored-schedule.js';
import { systemClock } from '../ports/runtime/clock.js';
import { Beat, type BeatDependencies } from './beat.js';
import { TurnMaker } from './turn-maker.js';

const HOUR = 3_600_000;
const NOW = 1_000 * HOUR;

/** A beat whose store shows these times, one at each look. @returns what it logs until it has seen the last */
async function warningsAt(times: readonly number[], schedules: readonly StoredSchedule[]): Promise<[string, object | undefined][]> {
  const warnings: [string, object | undefined][] = [];
  let look = 0;
  let end: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const store = {
    due: async () => {
      if (look === times.length) end();
      return { now: times[Math.min(look++, times.length - 1)]!, schedules: [], nextAt: null };
    },
    list: async ({ filter }: { filter: { broken?: boolean } }) => ({ schedules: filter.broken ? [] : schedules, next: null }),
  } as unknown as ScheduleStore;
  const turns = new TurnMaker({ timezone: 'UTC' } as never);
  const logger = { warn: jest.fn((message: string, fields?: object) => void warnings.push([message, fields])) };
  const beat = new Beat({ store, turns, logger, clock: systemClock, pollInterval: 0 } as unknown as BeatDependencies);
  beat.start();
  await ended;
  await beat.stop();
  return warnings;
}

const hourly = (name: string, nextRunAt: number | null): StoredSchedule =>
  ({
    ...definition({ name, schedule: { type: 'interval', every: HOUR, anchor: 0 } }),
    id: name,
    nextRunAt,
    lastTick: null,
  }) as StoredSchedule;

describe("the store's clock", () => {
  it('is named in the log when it goes back, with the schedules that wait for its later time', async () => {
    const schedules = [hourly('silent', NOW + HOUR), hourly('on time', NOW - 50 * HOUR + HOUR), hourly('new', null)];
    expect(await warningsAt([NOW, NOW - 50 * HOUR, NOW - 50 * HOUR + 5], schedules)).toEqual([
      [expect.stringContaining("the store's clock went back"), { back: 50 * HOUR, schedules: ['silent'], count: 1 }],
    ]);
  });

  it('may be corrected by less than a second', async () => {
    expect(await warningsAt([NOW, NOW - 900, NOW + 50 * HOUR], [hourly('silent', NOW + 5 * HOUR)])).toEqual([]);
  });
});
