import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import type { Engine } from '../faults/engine.js';
import type { FaultServer } from '../faults/fault.js';
import { BeatFleet } from './beat-fleet.js';
import { judgeTicks } from './judge-ticks.js';
import { drain, openFixture, type BeatFixture } from './support.js';

const KEY_PREFIX = 'beats';
/** ms for all beats to have caught up when the last fault is over */
const PATIENCE = 60_000;
/** ms after the schedules were made from which lateness counts */
const WARM_UP = 1_500;
/** ms that a killed server is away */
const OUTAGE = 1_500;

export interface BeatRun {
  readonly engine: Engine;
  /** where compiled files are, for child processes */
  readonly folder: string;
  readonly beats: number;
  readonly schedules: number;
  /** ms without faults at the beginning, in which lateness is measured */
  readonly calm: number;
  /** ms with faults */
  readonly seconds: number;
  /** ms between two kills of a random beat */
  readonly killEvery: number;
  /** how often the server is restarted: by a crash and in order, in turns */
  readonly restarts: number;
  /** ms of the schedule of this number */
  everyOf(index: number): number;
  onStep?(what: string): void;
}

export interface BeatReport {
  readonly broker: string;
  readonly beats: number;
  readonly schedules: number;
  readonly kills: number;
  readonly restarts: number;
  readonly ticksExpected: number;
  readonly ticksFired: number;
  readonly doubled: number;
  readonly lost: number;
  /** without faults */
  readonly latenessP50Ms: number;
  readonly latenessP99Ms: number;
  /** the longest that a tick was late, faults included */
  readonly latenessWorstMs: number;
}

/** Real beat processes and a real server of their own, which are killed and restarted while schedules with catch-up `all` run. */
export async function runBeats(run: BeatRun): Promise<{ report: BeatReport; failures: string[] }> {
  const server = await run.engine.start();
  try {
    const connection = run.engine.firstConnection;
    const fixture = await openFixture({ broker: server.url, keyPrefix: KEY_PREFIX, clock: systemClock, connection });
    const fleet = new BeatFleet(run.folder, { BROKER_URL: server.url, KEY_PREFIX });
    try {
      return await runRound(run, server, fixture, fleet);
    } finally {
      await fleet.stop();
      await fixture.close();
    }
  } finally {
    await server.stop();
  }
}

async function runRound(run: BeatRun, server: FaultServer, fixture: BeatFixture, fleet: BeatFleet) {
  const step = run.onStep ?? (() => {});
  await fleet.start(run.beats);
  for (let index = 0; index < run.schedules; index++) {
    await fixture.create(`s${index}`, { schedule: { every: run.everyOf(index) }, catchUp: 'all' });
  }
  step(`${run.beats} beats, ${run.schedules} schedules; ${run.calm / 1_000} s without faults`);
  const calm = { from: Date.now() + WARM_UP, to: Date.now() + run.calm };
  await pause(run.calm);
  step(`a beat is killed every ${run.killEvery / 1_000} s, the server restarted ${run.restarts} times, for ${run.seconds / 1_000} s`);
  await breakThings(run, server, fleet, step);
  const isCaughtUp = await catchUp(fixture, Date.now());
  await fleet.stop();
  const { schedules } = await fixture.schedules.list({ limit: 500 });
  const { wrong, ...ticks } = judgeTicks(schedules, await drain(fixture));
  const late = fleet.sent.filter(({ tick }) => tick >= calm.from && tick < calm.to).map((one) => one.late);
  const report: BeatReport = {
    ...{ broker: run.engine.name, beats: run.beats, schedules: schedules.length, kills: fleet.kills, restarts: run.restarts, ...ticks },
    latenessP50Ms: percentile(late, 0.5),
    latenessP99Ms: percentile(late, 0.99),
    latenessWorstMs: percentile(fleet.sent.map((one) => one.late), 1), // prettier-ignore
  };
  const failures = [...wrong, ...fleet.faults];
  if (!isCaughtUp) failures.push(`after ${PATIENCE / 1_000} s not every schedule had caught up`);
  if (ticks.lost > 0) failures.push(`${ticks.lost} ticks were lost`);
  if (ticks.doubled > 0) failures.push(`${ticks.doubled} ticks were sent twice`);
  return { report, failures };
}

async function breakThings(run: BeatRun, server: FaultServer, fleet: BeatFleet, step: (what: string) => void): Promise<void> {
  const until = Date.now() + run.seconds;
  const killing = async () => {
    for (let next = Date.now() + run.killEvery; next <= until; next += run.killEvery) {
      await pause(Math.max(0, next - Date.now()));
      fleet.killOne();
    }
  };
  const restarting = async () => {
    for (let count = 1; count <= run.restarts; count++) {
      await pause(run.seconds / (run.restarts + 1));
      step(count % 2 === 1 ? 'the server crashes' : 'the server is restarted');
      if (count % 2 === 1) {
        await server.kill();
        await pause(OUTAGE);
      }
      await server.restart();
    }
  };
  await Promise.all([killing(), restarting(), pause(run.seconds)]);
}

/** Waits until each schedule is past this instant. */
async function catchUp(fixture: BeatFixture, instant: number): Promise<boolean> {
  for (const deadline = Date.now() + PATIENCE; Date.now() < deadline;) {
    const { schedules } = await fixture.schedules.list({ limit: 500 });
    if (schedules.every(({ nextRunAt }) => (nextRunAt ?? 0) > instant)) return true;
    await pause(100);
  }
  return false;
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
