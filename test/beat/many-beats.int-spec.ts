import { afterEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from 'nestjs-task-queue/testing';
import { nextTick } from '../../libs/task-queue/src/schedules/next-tick.js';
import { toSchedule } from '../../libs/task-queue/src/schedules/to-schedule.js';
import { drain, openStage, type BeatStage } from './support.js';

const START = Date.UTC(2030, 0, 1);
const stages: BeatStage[] = [];

afterEach(async () => {
  await Promise.all(stages.splice(0).map((stage) => stage.close()));
});

describe('many beats', () => {
  it('rule 29: 5 beats that come and go send each tick of 200 schedules once, for 10 minutes', async () => {
    const clock = new FakeClock(START);
    const stage = await openStage({ clock });
    stages.push(stage);
    const every = (index: number): number => 1_000 + (index % 5) * 1_000;
    for (let index = 0; index < 200; index++) {
      await stage.create(`s${index}`, { schedule: { every: every(index) }, catchUp: 'all', jitter: index % 3 === 0 ? 500 : 0 });
    }
    const beats = await Promise.all(Array.from({ length: 5 }, () => stage.beat()));
    const ran = [];
    for (let minute = 0; minute < 10; minute++) {
      for (let part = 0; part < 6; part++) {
        await clock.advance(10_000);
        const replaced = (minute * 6 + part) % beats.length;
        const stopping = beats[replaced]!.stop();
        await clock.advance(0);
        await stopping;
        beats[replaced] = await stage.beat();
      }
      // Once, nobody is there for half a minute.
      if (minute === 4) {
        await Promise.all(beats.map((beat) => beat.stop()));
        await clock.advance(30_000);
        for (let index = 0; index < beats.length; index++) beats[index] = await stage.beat();
      }
      ran.push(...(await drain(stage)));
    }
    await clock.advance(1_000);
    ran.push(...(await drain(stage)));
    const end = clock.now() - 1_000;
    const expected = Array.from({ length: 200 }, (_, index) => ticksOf(every(index), end).map((tick) => `s${index}/${tick}`)).flat();
    const sent = ran.filter(({ tick }) => tick <= end).map(({ schedule, tick }) => `${schedule}/${tick}`);
    expect(sent.length).toBe(new Set(sent).size);
    expect(new Set(sent)).toEqual(new Set(expected));
  }, 120_000);

  it('an edit takes effect on every beat within a second, with no restart', async () => {
    const clock = new FakeClock(START);
    const stage = await openStage({ clock });
    stages.push(stage);
    const made = await stage.create('s', { schedule: { every: '1h' } });
    await stage.beat();
    await stage.beat();
    await clock.advance('10m');
    await stage.schedules.patch(made.id, made.version, { schedule: { every: '1s' } });
    await clock.advance(2_000);
    expect((await drain(stage)).map(({ tick }) => tick - START)).toEqual([601_000, 602_000]);
    await stage.schedules.disable([made.id]);
    await clock.advance('1m');
    expect(await drain(stage)).toEqual([]);
    await stage.schedules.enable([made.id]);
    await clock.advance(1_000);
    expect((await drain(stage)).map(({ tick }) => tick - START)).toEqual([663_000]);
  });
});

/** By another way than beat's: one after another, from the start. */
function ticksOf(every: number, end: number): number[] {
  const schedule = toSchedule({ every });
  const ticks: number[] = [];
  for (let tick = nextTick(schedule, START)!; tick <= end; tick = nextTick(schedule, tick)!) ticks.push(tick);
  return ticks;
}
