import { beforeAll, describe, expect, it } from '@jest/globals';
import { postgresEngine } from '../faults/engines/postgres.js';
import { redisEngine } from '../faults/engines/redis.js';
import { compileForChildren } from '../support/compiled.mjs';
import { startPrivatePostgres, startPrivateRedis } from '../support/services.js';
import { runBeats } from './run-beats.js';

/** A short run of `npm run test:beat`. */
describe.each([redisEngine(startPrivateRedis), postgresEngine(startPrivatePostgres)])('beats on $name', (engine) => {
  let folder: string;

  beforeAll(() => {
    folder = compileForChildren('beat');
  });

  it('rule 29: each tick is sent once, although random beats are killed all the time and the server crashes', async () => {
    const everyOf = (index: number) => 250 + (index % 4) * 250;
    const size = { beats: 3, schedules: 40, calm: 1_000, seconds: 6_000, killEvery: 1_000, restarts: 1 };
    const { report, failures } = await runBeats({ engine, folder, everyOf, ...size });
    expect(failures).toEqual([]);
    expect(report.ticksFired).toBe(report.ticksExpected);
    expect(report.ticksExpected).toBeGreaterThan(500);
    expect(report.kills).toBeGreaterThan(2);
  }, 120_000);
});
