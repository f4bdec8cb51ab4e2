import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from 'nestjs-task-queue/testing';
import { drain, openFixture, type BeatFixture } from './support.js';

const START = Date.UTC(2030, 0, 1);
let clock: FakeClock;
let fixture: BeatFixture;

beforeEach(async () => {
  clock = new FakeClock(START);
  fixture = await openFixture({ clock });
});

afterEach(() => fixture.close());

const seconds = (ran: readonly { readonly tick: number }[]): number[] => ran.map(({ tick }) => (tick - START) / 1_000);

describe('overlap', () => {
  it('skip: a tick is left out while the run before it has not ended', async () => {
    await fixture.create('s', { overlap: 'skip' });
    await fixture.beat();
    await clock.advance(3_000);
    expect(seconds(await drain(fixture))).toEqual([1]);
    await clock.advance(1_000);
    expect(seconds(await drain(fixture))).toEqual([4]);
    const { ticks } = await fixture.schedules.history('s', { limit: 9 });
    expect(ticks.map(({ outcome }) => outcome)).toEqual(['sent', 'held', 'held', 'sent']);
  });

  it('buffer-one: a tick waits for the previous run, and the ticks in between are skipped', async () => {
    await fixture.create('s', { overlap: 'buffer-one', catchUp: 'all' });
    await fixture.beat();
    await clock.advance(5_000);
    expect(seconds(await drain(fixture))).toEqual([1]);
    await clock.advance(1_000);
    expect(seconds(await drain(fixture))).toEqual([2]);
    await clock.advance(1_100);
    expect(seconds(await drain(fixture))).toEqual([7]);
  });

  it('cancel-previous: the run before is revoked, waiting or running', async () => {
    await fixture.create('s', { overlap: 'cancel-previous', schedule: { every: '10s' } });
    await fixture.beat();
    await clock.advance(10_000);
    const consumer = await fixture.transport.broker.consume(['default'], {
      ...{ lease: 600_000, renew: false, maxLoopBlock: 60_000, maxWait: 5 },
      events: { lost: () => {}, revoked: () => {} },
    });
    const [running] = await consumer.receive(1, new AbortController().signal);
    await clock.advance(10_000);
    const [next] = await consumer.receive(1, new AbortController().signal);
    const report = await consumer.extend([running!, next!]);
    expect(report.revoked).toEqual([{ id: running!.id, terminate: true }]);
    expect(next!.revoked).toBe(false);
    await consumer.close();
  });
});

describe('after downtime', () => {
  const afterAnHour = async (): Promise<number[]> => {
    await clock.advance('1h');
    await fixture.beat();
    await clock.advance(900);
    return seconds(await drain(fixture));
  };

  it('last: one run for all that was missed, and then as always', async () => {
    await fixture.create('s', { schedule: { every: '7m', anchor: START } });
    expect(await afterAnHour()).toEqual([56 * 60]);
    const { ticks } = await fixture.schedules.history('s', { limit: 9 });
    expect(ticks.map(({ outcome, count }) => [outcome, count])).toEqual([
      ['sent', 1],
      ['missed', 7],
    ]);
    await clock.advance('3m');
    expect(seconds(await drain(fixture))).toEqual([63 * 60]);
  });

  it('none: nothing that was missed is run', async () => {
    await fixture.create('s', { schedule: { every: '7m', anchor: START }, catchUp: 'none' });
    expect(await afterAnHour()).toEqual([]);
    await clock.advance('3m');
    expect(seconds(await drain(fixture))).toEqual([63 * 60]);
  });

  it('all: each tick within the window is run, in order', async () => {
    await fixture.create('s', { schedule: { every: '7m', anchor: START }, catchUp: 'all', catchUpWindow: '25m' });
    expect(await afterAnHour()).toEqual([35, 42, 49, 56].map((minute) => minute * 60));
  });

  it('a clocked schedule that was missed is run once, and is then finished', async () => {
    await fixture.create('s', { schedule: { clocked: new Date(START + 60_000) } });
    expect(await afterAnHour()).toEqual([60]);
    expect(await fixture.schedules.get('s')).toMatchObject({ enabled: false, disabledBecause: 'finished', nextRunAt: null });
  });
});

describe('schedules that cannot run', () => {
  it('a schedule of an unknown task is set aside as broken, and runs when a beat knows the task', async () => {
    await fixture.create('s', { task: 'renamed' });
    await fixture.create('t', {});
    const old = await fixture.beat();
    await clock.advance(3_000);
    expect((await drain(fixture)).map(({ schedule }) => schedule)).toEqual(['t', 't', 't']);
    expect((await fixture.schedules.get('s')).broken).toContain("TASK_UNKNOWN: No task is named 'renamed'");
    const stopped = old.stop();
    await clock.advance(0);
    await stopped;
    await fixture.beat({ tasks: ['renamed', 'work'] });
    await clock.advance(2_000);
    expect((await drain(fixture)).map(({ schedule }) => schedule).sort()).toEqual(['s', 's', 't', 't']);
  });

  it('a schedule is paused when its runs fail, and counts failures from zero when it is enabled', async () => {
    await fixture.create('s', { pauseAfterFailures: 2 });
    await fixture.beat();
    for (let second = 1; second <= 4; second++) {
      await clock.advance(1_000);
      await drain(fixture, 'dead');
    }
    expect(await fixture.schedules.get('s')).toMatchObject({
      enabled: false,
      disabledBecause: 'its last 2 runs have failed',
      totalRunCount: 2,
    });
    await fixture.schedules.enable(['s']);
    await clock.advance(1_000);
    expect(await drain(fixture)).toHaveLength(1);
  });

  it('a broker that cannot be reached loses no tick', async () => {
    await fixture.create('s', { catchUp: 'all' });
    const { schedules } = fixture.transport;
    const claim = schedules.claim.bind(schedules);
    const { BrokerUnavailableError } = await import('nestjs-task-queue');
    schedules.claim = async () => {
      throw new BrokerUnavailableError('Publishing');
    };
    await fixture.beat();
    await clock.advance(5_000);
    schedules.claim = claim;
    await clock.advance(20_000);
    expect(seconds(await drain(fixture)).slice(0, 6)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('out of turn', () => {
  it('runs now, and its turn stays', async () => {
    await fixture.create('s', { schedule: { every: '1h' }, enabled: false });
    const sent = await fixture.schedules.runNow('s');
    expect((await drain(fixture)).map(({ id }) => id)).toEqual([sent.id]);
    const { ticks } = await fixture.schedules.history('s', { limit: 1 });
    expect(ticks).toMatchObject([{ cause: 'manual', runId: sent.id }]);
  });

  it('refuses to run now while the previous run may not be overlapped', async () => {
    await fixture.create('s', { schedule: { every: '1h' }, overlap: 'skip', enabled: false });
    const sent = await fixture.schedules.runNow('s');
    await expect(fixture.schedules.runNow('s')).rejects.toMatchObject({ code: 'TASK_NOT_UNIQUE', holder: sent.id });
    expect((await drain(fixture)).map(({ id }) => id)).toEqual([sent.id]);
    await expect(fixture.schedules.runNow('s')).resolves.toMatchObject({ deduplicated: false });
  });

  it('backfills a past range, and sends no tick twice', async () => {
    await fixture.create('s', { schedule: { every: '10m' } });
    await fixture.beat();
    await clock.advance('20m');
    expect(seconds(await drain(fixture))).toEqual([600, 1_200]);
    const range = { from: START - 600_000, to: clock.now() };
    expect(await fixture.schedules.backfill('s', range)).toEqual({ sent: 2, known: 2, isCut: false });
    expect(seconds(await drain(fixture))).toEqual([-600, 0]);
    expect(await fixture.schedules.backfill('s', { ...range, limit: 1 })).toEqual({ sent: 0, known: 1, isCut: true });
    await expect(fixture.schedules.backfill('s', { from: 0, to: clock.now() + 1 })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('previews the next ticks, without storing anything', async () => {
    const definition = fixture.schedules.check('x', { task: 'work', schedule: '0 2 * * *', timezone: 'Asia/Ho_Chi_Minh' });
    expect(fixture.schedules.preview(definition, 2).map((tick) => new Date(tick).toISOString())).toEqual([
      '2030-01-01T19:00:00.000Z',
      '2030-01-02T19:00:00.000Z',
    ]);
    expect((await fixture.schedules.list({ limit: 1 })).schedules).toEqual([]);
  });
});
