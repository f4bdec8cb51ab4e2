import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../libs/task-queue/src/ports/index.js';
import { dropSchema } from '../conformance/postgres-schemas.js';
import { WorkerFleet } from '../transactions/worker-fleet.js';
import { compileForChildren } from '../support/compiled.mjs';
import { databaseUrl, startPrivateRedis, type PrivateRedis } from '../support/services.js';
import { drain, openStage, type BeatStage, type Ran } from './support.js';

/** How long it goes on; `BEAT_SECONDS=120` for the long run. */
const SECONDS = Number(process.env['BEAT_SECONDS'] ?? 6);
const LONG = SECONDS > 30;
const SCHEDULES = LONG ? 200 : 40;
const KILL_EVERY = LONG ? 5_000 : 900;
const PREFIX = `killed_beats_${process.pid}`;

let redis: PrivateRedis | undefined;
const ENGINES = [
  ['redis', async () => (redis = await startPrivateRedis()).url, async () => redis?.stop()],
  ['postgres', async () => databaseUrl(), () => dropSchema(PREFIX)],
] as const;

describe.each(ENGINES)('beats that are killed, on %s', (_, open, end) => {
  let folder: string;
  let stage: BeatStage;
  let fleet: WorkerFleet;

  beforeAll(() => {
    folder = compileForChildren('beat');
  });

  beforeEach(async () => {
    const broker = await open();
    const connection = broker.startsWith('postgres') ? { connection: { migrate: true, max: 3 } } : {};
    stage = await openStage({ broker, keyPrefix: PREFIX, clock: systemClock, ...connection });
    fleet = new WorkerFleet(folder, { BROKER_URL: broker, KEY_PREFIX: PREFIX });
  });

  afterEach(async () => {
    await fleet.stop();
    await stage.close();
    await end();
  });

  it(
    `rule 29: each tick is sent once, although a random one of them is killed all the time`,
    async () => {
      await fleet.start(5);
      for (let index = 0; index < SCHEDULES; index++) {
        const every = LONG ? 1_000 + (index % 5) * 1_000 : 250 + (index % 4) * 250;
        await stage.create(`s${index}`, { schedule: { every }, catchUp: 'all' });
      }
      const until = Date.now() + SECONDS * 1_000;
      while (Date.now() < until) {
        await wait(KILL_EVERY);
        fleet.replaceOne('SIGKILL');
      }
      await fleet.stop();
      const ran = await drain(stage);
      const { schedules } = await stage.schedules.list({ limit: 500 });
      for (const { name, since, lastTick, totalRunCount, schedule } of schedules) {
        const every = (schedule as { every: number }).every;
        const ticks = ticksOf(ran, name);
        const expected = Array.from({ length: totalRunCount }, (__, index) => (Math.floor(since / every) + 1 + index) * every);
        expect(ticks).toEqual(expected);
        expect(ticks.at(-1)).toBe(lastTick);
        expect(lastTick).toBeGreaterThan(until - 3_000);
      }
    },
    (SECONDS + 60) * 1_000,
  );
});

function ticksOf(ran: readonly Ran[], name: string): number[] {
  return ran.filter(({ schedule }) => schedule === name).map(({ tick }) => tick).sort((a, b) => a - b); // prettier-ignore
}
