import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Harness } from '../core/harness.js';
import { compileForChildren } from '../support/compiled.js';
import { startPrivateRedis, type PrivateRedis } from '../support/services.js';
import { WorkerFleet } from './worker-fleet.js';

const TASKS = 20_000;
const WORKERS = 4;
const LEASE = 1_500;
const KEY_PREFIX = 'crash';

describe('workers that come and go under load, on Redis', () => {
  let folder: string;
  let redis: PrivateRedis;
  let temp: string;
  let app: Harness;
  let fleet: WorkerFleet;

  beforeAll(() => {
    folder = compileForChildren('crash');
  });

  beforeEach(async () => {
    redis = await startPrivateRedis();
    temp = await mkdtemp(path.join(os.tmpdir(), 'crash-'));
    app = await Harness.open(redis.url, { keyPrefix: KEY_PREFIX });
    const env = { BROKER_URL: redis.url, KEY_PREFIX, LEDGER: path.join(temp, 'ledger'), LEASE: String(LEASE) };
    fleet = new WorkerFleet(folder, env);
  });

  afterEach(async () => {
    await fleet.stop();
    await app.close();
    await redis.stop();
    await rm(temp, { recursive: true });
  });

  async function send(): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < TASKS; n += 1_000) {
      const sent = await app.client.sendMany(Array.from({ length: 1_000 }, (_, i) => ({ name: 'append', args: [n + i] })));
      ids.push(...sent.map((one) => one.id));
    }
    return ids;
  }

  /** Ends a random worker every 300 ms, and starts another, until nothing is left to do. @returns how many were ended */
  async function replaceWhileBusy(signal: 'SIGKILL' | 'SIGTERM'): Promise<number> {
    let replaced = 0;
    for (;;) {
      const { ready, delayed, leased, suspects } = await app.transport.inspector.counts('default');
      if (ready === 0) {
        if (delayed + leased + suspects === 0) return replaced;
        await wait(50);
        continue;
      }
      if (fleet.replaceOne(signal)) replaced++;
      await wait(300);
    }
  }

  async function readLedger() {
    const lines = (await readFile(path.join(temp, 'ledger'), 'utf8')).trim().split('\n');
    const count = (what: string) => {
      const counts = new Map<string, number>();
      for (const line of lines) {
        const [kind, id] = line.split(' ') as [string, string];
        if (kind === what) counts.set(id, (counts.get(id) ?? 0) + 1);
      }
      return counts;
    };
    return { ran: count('ran'), settled: count('settled') };
  }

  /** Every key under the prefix that holds work or its bookkeeping. */
  async function leftovers(): Promise<string[]> {
    const client = new Redis(redis.url);
    try {
      const keys = await client.keys(`${KEY_PREFIX}:*`);
      return keys
        .filter((key) => /:(msg|ready:\d|delayed|leased|deliveries|suspects|dead|dead-info|trace|revoked|unique.*)$/.test(key))
        .sort();
    } finally {
      client.disconnect();
    }
  }

  it('rule 9: loses nothing, settles nothing twice and buries no innocent when workers are killed -9', async () => {
    await fleet.start(WORKERS);
    const ids = await send();
    const kills = await replaceWhileBusy('SIGKILL');
    const { ran, settled } = await readLedger();
    expect(kills).toBeGreaterThan(0);
    expect(ids.filter((id) => !ran.has(id))).toEqual([]);
    expect([...settled].filter(([, times]) => times > 1)).toEqual([]);
    expect(await app.transport.inspector.counts('default')).toEqual({ ready: 0, delayed: 0, limited: 0, leased: 0, suspects: 0, dead: 0 });
    expect(await leftovers()).toEqual([]);
  }, 120_000);

  it('rule 11: runs nothing twice and spends no attempt when workers are told to end', async () => {
    await fleet.start(WORKERS);
    const ids = await send();
    await replaceWhileBusy('SIGTERM');
    await fleet.stop();
    const { ran } = await readLedger();
    expect(ids.filter((id) => ran.get(id) !== 1)).toEqual([]);
    expect(ran.size).toBe(TASKS);
    expect(fleet.exits.filter((code) => code !== 0)).toEqual([]);
    expect(await leftovers()).toEqual([]);
  }, 120_000);
});
