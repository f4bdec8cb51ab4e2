import { beforeAll, describe, expect, it } from '@jest/globals';
import { compileForChildren } from '../support/compiled.mjs';
import { startPrivateRedis } from '../support/services.js';
import type { Engine } from './engine.js';
import { redisEngine } from './engines/redis.js';
import { FAULTS, runFaults } from './run-faults.js';

/** One round of each, with little load and a short lease; `npm run test:faults` has 20 with leases of 10 s. */
const SHORT = { rounds: 1, lease: 2_500, spell: 500, load: 40, onRound() {} };

const ENGINES: readonly (readonly [name: string, engine: () => Engine])[] = [['redis', () => redisEngine(startPrivateRedis)]];

describe.each(ENGINES)('workers, connections, producers and the server are broken under load, on %s', (name, engine) => {
  let folder: string;

  beforeAll(() => {
    folder = compileForChildren('faults', 'core', 'support', 'conformance/redis-keys.ts');
  });

  it('rules 5, 8, 9, 11: nothing is lost, settled twice, run in vain or left behind, and work goes on within 5 s', async () => {
    const { report, failures } = await runFaults({ engine: engine(), folder, seed: `${Date.now()}`, ...SHORT });
    expect({ seed: report.seed, failures }).toEqual({ seed: report.seed, failures: [] });
    expect(report).toMatchObject({ broker: name, lost: 0, doubled: 0, leftover: 0 });
    expect(report.tasks).toBeGreaterThan(FAULTS.length * 100);
    expect(report.kills).toBeGreaterThanOrEqual(2);
  }, 120_000);
});
