import { describe, expect, it } from '@jest/globals';
import { definition } from '../../testing/conformance/schedule-samples.js';
import type { StoredSchedule } from '../ports/stores/stored-schedule.js';
import { crontab } from '../schedules/crontab/crontab.js';
import { decideTurn, MOST_COUNTED, ON_TIME } from './decide-turn.js';
import { nextOf, wakeAtOf } from './next-of.js';

const NOW = 1_000_000_000;

/** Every ten seconds, with its next tick so many ms ago. */
function stored(late: number, input: Partial<StoredSchedule> = {}): StoredSchedule {
  const due = NOW - late;
  const schedule = { type: 'interval', every: 10_000, anchor: 0 } as const;
  return { ...definition({ schedule }), id: 's', nextRunAt: due, wakeAt: due, since: due - 10_000, ...input } as StoredSchedule;
}

const ran = (schedule: StoredSchedule): (number | undefined)[] =>
  decideTurn(schedule, NOW, 'UTC').map(({ run }) => (run === undefined ? undefined : (run - NOW) / 1_000));

describe('decideTurn', () => {
  it('finds the first tick of what was made or edited, after that instant and not after now', () => {
    const edited = stored(0, { nextRunAt: null, since: NOW - 25_000 });
    expect(decideTurn(edited, NOW, 'UTC')).toEqual([{ due: null, next: { tick: NOW - 20_000, wakeAt: NOW - 20_000 } }]);
  });

  it('runs what is due on time, each tick, whatever is said of downtime', () => {
    for (const catchUp of ['none', 'last', 'all'] as const) expect(ran(stored(ON_TIME, { catchUp }))).toEqual([-10, 0]);
  });

  it('after downtime: nothing, the last, or all within the window', () => {
    expect(ran(stored(60_000, { catchUp: 'none' }))).toEqual([undefined]);
    expect(ran(stored(60_000, { catchUp: 'last' }))).toEqual([undefined, 0]);
    expect(ran(stored(60_000, { catchUp: 'all' }))).toEqual([-60, -50, -40, -30, -20, -10, 0]);
    expect(ran(stored(60_000, { catchUp: 'all', catchUpWindow: 20_000 }))).toEqual([undefined, -20, -10, 0]);
  });

  it('each step begins where the one before has left it', () => {
    const steps = decideTurn(stored(60_000, { catchUp: 'last' }), NOW, 'UTC');
    expect(steps.slice(1).map(({ due }) => due)).toEqual(steps.slice(0, -1).map(({ next }) => next?.tick));
    expect(steps.at(-1)?.next?.tick).toBe(NOW + 10_000);
  });

  it('finds the last tick of a long downtime without going through all of them, and counts up to a bound', () => {
    const steps = decideTurn(stored(NOW - 10_000, { catchUpWindow: NOW }), NOW, 'UTC');
    expect(steps[0]?.missed?.count).toBe(MOST_COUNTED);
    expect(steps[1]?.run).toBe(NOW);
  });

  it('rule 37: looks for few ticks where each is slow to find, and does not lose the schedule', () => {
    let reads = 0;
    const quiet = Array.from({ length: 100 }, () => crontab({ monthOfYear: 7 }));
    const schedules = new Proxy(quiet, { get: (target, key) => (/^\d+$/.test(String(key)) && reads++, Reflect.get(target, key)) });
    const slow = { type: 'interval', every: 1_000, anchor: 0, except: { schedules } } as const;
    for (const catchUp of ['none', 'last', 'all'] as const) {
      const steps = decideTurn(stored(86_400_000, { schedule: slow, catchUp, catchUpWindow: 86_400_000 }), NOW, 'UTC');
      expect(steps.at(-1)!.next).not.toBeNull();
    }
    expect(reads).toBeLessThan(100_000);
  });

  it('jitter: a tick whose time has not come is not left out for a later one', () => {
    const jitter = 60_000;
    const schedule = stored(600_000, { jitter, catchUp: 'last' });
    const [, run] = decideTurn({ ...schedule, wakeAt: wakeAtOf(schedule, schedule.nextRunAt!) }, NOW, 'UTC');
    const earlier = Array.from({ length: 60 }, (_, index) => NOW - 600_000 + index * 10_000).filter((tick) => tick <= run!.run!);
    expect(earlier.every((tick) => wakeAtOf(schedule, tick) <= NOW)).toBe(true);
    expect(run!.next!.wakeAt).toBeGreaterThan(NOW);
  });

  it('what was held back is run late, and what came meanwhile is left out', () => {
    const held = stored(600_000, { overlap: 'buffer-one', wakeAt: NOW - 5, catchUp: 'none' });
    expect(decideTurn(held, NOW, 'UTC')).toEqual([
      { due: NOW - 600_000, run: NOW - 600_000, next: { tick: NOW + 10_000, wakeAt: NOW + 10_000 } },
    ]);
  });

  it('nothing is run after its time, and what runs once has no next tick', () => {
    expect(decideTurn(stored(0, { expires: NOW - 1 }), NOW, 'UTC')).toMatchObject([{ missed: { count: 1 }, next: null }]);
    expect(decideTurn(stored(0, { oneOff: true }), NOW, 'UTC')).toEqual([{ due: NOW, run: NOW, next: null }]);
  });
});

describe('nextOf', () => {
  const timed = { id: 's', schedule: stored(0).schedule, timezone: null, startTime: null, expires: null, jitter: 0 };

  it('keeps within startTime and expires, both included', () => {
    expect(nextOf({ ...timed, startTime: 50_000 }, 0, 'UTC')?.tick).toBe(50_000);
    expect(nextOf({ ...timed, expires: 20_000 }, 10_000, 'UTC')?.tick).toBe(20_000);
    expect(nextOf({ ...timed, expires: 19_999 }, 10_000, 'UTC')).toBeNull();
  });

  it('jitter is the same for everybody, other for each tick, and within its bound', () => {
    const waits = Array.from({ length: 100 }, (_, tick) => wakeAtOf({ id: 's', jitter: 1_000 }, tick) - tick);
    expect(waits).toEqual(Array.from({ length: 100 }, (_, tick) => wakeAtOf({ id: 's', jitter: 1_000 }, tick) - tick));
    expect(new Set(waits).size).toBeGreaterThan(50);
    expect(waits.every((wait) => wait >= 0 && wait < 1_000)).toBe(true);
  });
});
