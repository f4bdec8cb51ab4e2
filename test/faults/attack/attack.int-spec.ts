import { beforeAll, describe, expect, it } from '@jest/globals';
import path from 'node:path';
import { compileForChildren } from '../../support/compiled.mjs';
import { startPrivatePostgres, startPrivateRedis } from '../../support/services.js';
import type { Engine } from '../engine.js';
import { postgresEngine } from '../engines/postgres.js';
import { redisEngine } from '../engines/redis.js';
import { runAttack, type AttackReport } from './run-attack.js';
import type { Finding } from './judge-window.js';

/** Two short windows with little load; `npm run test:faults -- --attack` goes on for an hour. */
const SHORT = { lease: 2_500, length: 16_000, window: 8_000, rate: 40, spell: 500 };
const silent = { onStrike() {}, onWindow() {}, onWipe() {} };

const ENGINES: readonly (readonly [name: string, engine: () => Engine])[] = [
  ['redis', () => redisEngine(startPrivateRedis)],
  ['postgres', () => postgresEngine(startPrivatePostgres)],
];

const seed = String(Date.now());
const runs = new Map<string, { readonly report: AttackReport; readonly findings: readonly Finding[] }>();

beforeAll(async () => {
  const folder = path.dirname(compileForChildren('faults/attack', 'faults', 'client-and-worker', 'support', 'conformance/redis-keys.ts'));
  const startDatabase = () => startPrivatePostgres();
  const attack = (engine: Engine) => runAttack({ engine, folder, startDatabase, seed, ...SHORT, ...silent });
  // Half of their time they wait for leases to run out.
  await Promise.all(ENGINES.map(async ([name, engine]) => runs.set(name, await attack(engine()))));
}, 600_000);

describe.each(ENGINES)('an attack with all kinds of tasks and faults at once, on %s', (name) => {
  /** With the seed, which plans the same again. */
  const found = (...kinds: Finding['kind'][]) => ({ seed, found: runs.get(name)!.findings.filter(({ kind }) => kinds.includes(kind)) });
  const nothing = { seed, found: [] };

  it('loses no task: each that was accepted has ended as it should', () => {
    expect(found('lost', 'unmet')).toEqual(nothing);
    const { report } = runs.get(name)!;
    expect(report).toMatchObject({ broker: name, seed, windows: 2 });
    expect(report.faults).toBeGreaterThan(1);
    expect(report.tasks).toBeGreaterThan(100);
  });

  it('rule 5, rule 27: runs nothing after its end, and effects of transactional tasks happen once', () => {
    expect(found('doubled')).toEqual(nothing);
  });

  it('rule 9: ends no task for workers that others have killed', () => {
    expect(found('innocent')).toEqual(nothing);
  });

  it('leaves no message, lease, count or unique key behind', () => {
    expect(found('leftover')).toEqual(nothing);
  });
});
