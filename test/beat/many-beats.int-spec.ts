import { afterEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from 'nestjs-task-queue/testing';
import type { ClaimReceipt, ScheduleStore, TurnClaim } from '../../libs/task-queue/src/core/ports/stores/schedule-store.js';
import { nextTick } from '../../libs/task-queue/src/core/schedules/next-tick.js';
import { toSchedule } from '../../libs/task-queue/src/core/schedules/to-schedule.js';
import { judgeTicks } from './judge-ticks.js';
import { mortalStore, type Fate } from './mortal-store.js';
import { drain, openFixture, type BeatFixture } from './support.js';

const START = Date.UTC(2030, 0, 1);
const fixtures: BeatFixture[] = [];

afterEach(async () => {
  await Promise.all(fixtures.splice(0).map((fixture) => fixture.close()));
});

describe('many beats', () => {
  it('rule 29: 5 beats that start and stop send each tick of 200 schedules once, for 10 minutes', async () => {
    const clock = new FakeClock(START);
    const fixture = await openFixture({ clock });
    fixtures.push(fixture);
    for (let index = 0; index < 200; index++) {
      await fixture.create(`s${index}`, { schedule: { every: everyOf(index) }, catchUp: 'all', jitter: index % 3 === 0 ? 500 : 0 });
    }
    const beats = await Promise.all(Array.from({ length: 5 }, () => fixture.beat()));
    const ran = [];
    for (let minute = 0; minute < 10; minute++) {
      for (let part = 0; part < 6; part++) {
        await clock.advance(10_000);
        const replaced = (minute * 6 + part) % beats.length;
        const stopping = beats[replaced]!.stop();
        await clock.advance(0);
        await stopping;
        beats[replaced] = await fixture.beat();
      }
      // Once, nobody is there for half a minute.
      if (minute === 4) {
        await Promise.all(beats.map((beat) => beat.stop()));
        await clock.advance(30_000);
        for (let index = 0; index < beats.length; index++) beats[index] = await fixture.beat();
      }
      ran.push(...(await drain(fixture)));
    }
    await clock.advance(1_000);
    ran.push(...(await drain(fixture)));
    const end = clock.now() - 1_000;
    const expected = Array.from({ length: 200 }, (_, index) => ticksOf(everyOf(index), end).map((tick) => `s${index}/${tick}`)).flat();
    const sent = ran.filter(({ tick }) => tick <= end).map(({ schedule, tick }) => `${schedule}/${tick}`);
    expect(sent.length).toBe(new Set(sent).size);
    expect(new Set(sent)).toEqual(new Set(expected));
  }, 120_000);

  it('rule 29: beats that are killed at a claim, or lose its answer, neither lose nor double a tick', async () => {
    const clock = new FakeClock(START);
    const fixture = await openFixture({ clock });
    fixtures.push(fixture);
    for (let index = 0; index < 50; index++) await fixture.create(`s${index}`, { schedule: { every: everyOf(index) }, catchUp: 'all' });
    const start = async () => {
      const mortal = mortalStore(fixture.transport.schedules);
      await fixture.beat({ store: mortal.store });
      return mortal;
    };
    const beats = await Promise.all(Array.from({ length: 3 }, start));
    const dead: typeof beats = [];
    const fates: readonly Fate[] = ['killed before', 'uncertain', 'killed after', 'refused'];
    for (let round = 0; round < 60; round++) {
      const fate = fates[round % fates.length]!;
      beats.forEach((beat) => beat.meet(fate));
      await clock.advance(5_000);
      if (fate.startsWith('killed')) {
        dead.push(...beats.splice(0));
        beats.push(...(await Promise.all(Array.from({ length: 3 }, start))));
      }
    }
    await clock.advance(10_000);
    const { schedules } = await fixture.schedules.list({ limit: 50 });
    const { ticksExpected, ...verdict } = judgeTicks(schedules, await drain(fixture));
    expect(verdict).toEqual({ ticksFired: ticksExpected, doubled: 0, lost: 0, wrong: [] });
    expect(ticksExpected).toBeGreaterThan(5_000);
    expect(Math.min(...schedules.map(({ lastTick }) => lastTick!))).toBeGreaterThan(clock.now() - 5_001);
    dead.forEach((beat) => beat.bury());
  });

  it('beats that lost a claim look later, so that many beats do the work of one', async () => {
    const clock = new FakeClock(START);
    const fixture = await openFixture({ clock });
    const { schedules } = fixture.transport;
    let inVain = 0;
    const claim = async (claims: readonly TurnClaim[]): Promise<ClaimReceipt[]> => {
      await new Promise<void>((resolve) => clock.timer(20, resolve));
      const receipts = await schedules.claim(claims);
      inVain += receipts.filter(({ taken }) => !taken).length;
      return receipts;
    };
    const store = Object.assign(Object.create(schedules) as ScheduleStore, { claim });
    await fixture.create('s', { schedule: { every: '1s' } });
    for (let count = 0; count < 5; count++) await fixture.beat({ store });
    await clock.advance('100s');
    expect(await drain(fixture)).toHaveLength(99);
    expect(inVain).toBeLessThan(25);
    const stopping = fixture.close();
    await clock.advance(20);
    await stopping;
  });

  it('an edit takes effect on every beat within a second, with no restart', async () => {
    const clock = new FakeClock(START);
    const fixture = await openFixture({ clock });
    fixtures.push(fixture);
    const made = await fixture.create('s', { schedule: { every: '1h' } });
    const beats = [await fixture.beat(), await fixture.beat(), await fixture.beat()];
    await clock.advance('10m');
    const edited = clock.now();
    await fixture.schedules.patch(made.id, made.version, { schedule: { every: '1s' } });
    await clock.advance(1_000);
    for (const beat of beats) expect(beat.health().lastPassAt).toBeGreaterThan(edited);
    await clock.advance(1_000);
    expect((await drain(fixture)).map(({ tick }) => tick - START)).toEqual([601_000, 602_000]);
    await fixture.schedules.disable([made.id]);
    await clock.advance('1m');
    expect(await drain(fixture)).toEqual([]);
    await fixture.schedules.enable([made.id]);
    await clock.advance(1_000);
    expect((await drain(fixture)).map(({ tick }) => tick - START)).toEqual([663_000]);
  });
});

const everyOf = (index: number): number => 1_000 + (index % 5) * 1_000;

/** By another way than beat's: one after another, from the start. */
function ticksOf(every: number, end: number): number[] {
  const schedule = toSchedule({ every });
  const ticks: number[] = [];
  for (let tick = nextTick(schedule, START)!; tick <= end; tick = nextTick(schedule, tick)!) ticks.push(tick);
  return ticks;
}
