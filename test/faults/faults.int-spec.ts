import { beforeAll, describe, expect, it } from '@jest/globals';
import { compileForChildren } from '../support/compiled.mjs';
import { startPrivatePostgres, startPrivateRedis } from '../support/services.js';
import type { Engine } from './engine.js';
import { postgresEngine } from './engines/postgres.js';
import { redisEngine } from './engines/redis.js';
import { FAULTS, runFaults, type FaultReport } from './run-faults.js';

/** One round of each, with little load and a short lease; `npm run test:faults` has 20 with leases of 10 s. */
const SHORT = { rounds: 1, lease: 2_500, spell: 500, load: 40, onRound() {} };

const ENGINES: readonly (readonly [name: string, engine: () => Engine])[] = [
  ['redis', () => redisEngine(startPrivateRedis)],
  ['postgres', () => postgresEngine(startPrivatePostgres)],
];

const seed = String(Date.now());
const runs = new Map<string, { readonly report: FaultReport; readonly failures: readonly string[] }>();

// Most of their time they wait for leases to run out: together they take little longer than one.
beforeAll(async () => {
  const folder = compileForChildren('faults', 'client-and-worker', 'support', 'conformance/redis-keys.ts');
  await Promise.all(ENGINES.map(async ([name, engine]) => runs.set(name, await runFaults({ engine: engine(), folder, seed, ...SHORT }))));
}, 180_000);

describe.each(ENGINES)('workers, connections, producers and the server are broken under load, on %s', (name) => {
  /** What the suite has found that matches; with the seed, which plans the same again. */
  const found = (pattern: RegExp) => ({ seed, found: runs.get(name)!.failures.filter((failure) => pattern.test(failure)) });
  const nothing = { seed, found: [] };

  it('rule 5: nothing is settled twice or started after its end, and workers learn of lost leases', () => {
    expect(found(/doubled: |never told/)).toEqual(nothing);
  });

  it('rule 9: nothing is lost or left behind, and no innocent task is dead-lettered, when workers are killed -9', () => {
    expect(found(/lost: |leftover: /)).toEqual(nothing);
    expect(runs.get(name)!.report.kills).toBeGreaterThanOrEqual(2);
  });

  it('rule 11: nothing runs twice and no attempt is charged when workers get SIGTERM', () => {
    expect(found(/^SIGTERM/)).toEqual(nothing);
  });

  it('work resumes within 5 s after every fault, and tasks of a dead worker soon after its lease', () => {
    expect(found(/./)).toEqual(nothing);
    const { report } = runs.get(name)!;
    expect(report).toMatchObject({ broker: name, seed, lost: 0, doubled: 0, leftover: 0 });
    expect(report.tasks).toBeGreaterThan(FAULTS.length * 100);
  });
});
