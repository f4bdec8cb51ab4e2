import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { Harness } from '../client-and-worker/harness.js';
import { WorkerFleet } from './worker-fleet.js';
import { compileForChildren } from '../support/compiled.mjs';
import { redisUrl, uniquePrefix } from '../support/services.js';
import { TABLES } from './killed/transfer.tasks.js';
import { testDatabase, type TestDatabase } from './support.js';

// The long run: TRANSFERS=20000 KILLS=200 npm test -- killed-workers [-t 'on postgres']
const TRANSFERS = Number(process.env['TRANSFERS'] ?? 1_000);
const KILLS = Number(process.env['KILLS'] ?? 8);
const ACCOUNTS = 100;
const BALANCE = 1_000;
const WORKERS = 3;
const PATIENCE = 60_000 + KILLS * 3_000 + TRANSFERS * 20;

interface TransferCall {
  readonly from: number;
  readonly to: number;
  readonly amount: number;
}

/** What is sent within a transaction goes through the outbox to the one, and into the same database as the other. */
const BROKERS = [
  ['redis', () => redisUrl()],
  ['postgres', ({ url }: TestDatabase) => url],
] as const;

describe.each(BROKERS)('transactional tasks whose workers are killed, on %s', (_name, brokerOf) => {
  const schema = uniquePrefix('killed').replaceAll('-', '_');
  let database: TestDatabase;
  let app: Harness;
  let fleet: WorkerFleet;

  beforeAll(async () => {
    database = await testDatabase(schema);
    await (await database.dataSource(TABLES)).destroy();
    await database.pool.query(`INSERT INTO account SELECT id, ${BALANCE} FROM generate_series(1, ${ACCOUNTS}) AS id`);
    const broker = brokerOf(database);
    app = await Harness.open(broker, { keyPrefix: schema });
    const env = { BROKER_URL: broker, KEY_PREFIX: schema, BANK_URL: database.url, LEASE: '1500ms' };
    fleet = new WorkerFleet(compileForChildren('transactions/killed'), env);
  });
  afterAll(async () => {
    await fleet.stop();
    await app.close();
    await database.drop();
  });

  it(
    'rule 27: move the money of each transfer once, and send each receipt once',
    async () => {
      const calls = Array.from({ length: TRANSFERS }, randomTransfer);
      const ids: string[] = [];
      await fleet.start(WORKERS);
      for (let kill = 0; kill < KILLS; kill++) {
        while (fleet.ready < 2) await wait(20);
        ids.push(...(await send(calls.slice((kill * TRANSFERS) / KILLS, ((kill + 1) * TRANSFERS) / KILLS))));
        await wait(Math.random() * 200);
        expect(fleet.replaceOne('SIGKILL')).toBe(true);
      }
      while (!(await atRest())) await wait(100);
      await fleet.stop();

      expect(await balances()).toEqual(expectedBalances(calls));
      expect(await countsOf('transfer', 'task_id')).toEqual(new Map(ids.map((id) => [id, 1])));
      expect(await countsOf('receipt', 'transfer')).toEqual(new Map(ids.map((id) => [id, 1])));
      expect(await app.transport.inspector.counts('default')).toMatchObject({ ready: 0, delayed: 0, leased: 0, suspects: 0, dead: 0 });
    },
    PATIENCE,
  );

  async function send(calls: readonly TransferCall[]): Promise<string[]> {
    const sent = await app.client.sendMany(calls.map(({ from, to, amount }) => ({ name: 'killed.transfer', args: [from, to, amount] })));
    return sent.map(({ id }) => id);
  }

  /** What leaves the broker may come back through the outbox, so that the broker is asked before and after. */
  async function atRest(): Promise<boolean> {
    if (!(await brokerIsEmpty())) return false;
    const { rows } = await database.pool.query(`SELECT FROM ${schema}.outbox LIMIT 1`);
    return rows.length === 0 && brokerIsEmpty();
  }

  async function brokerIsEmpty(): Promise<boolean> {
    const { ready, delayed, leased, suspects } = await app.transport.inspector.counts('default');
    return ready + delayed + leased + suspects === 0;
  }

  async function balances(): Promise<number[]> {
    const { rows } = await database.pool.query<{ balance: number }>('SELECT balance FROM account ORDER BY id');
    return rows.map(({ balance }) => balance);
  }

  async function countsOf(table: string, column: string): Promise<Map<string, number>> {
    const { rows } = await database.pool.query<{ id: string; count: number }>(
      `SELECT ${column} AS id, count(*)::int FROM ${table} GROUP BY ${column}`,
    );
    return new Map(rows.map(({ id, count: times }) => [id, times]));
  }
});

function randomTransfer(): TransferCall {
  const from = 1 + Math.floor(Math.random() * ACCOUNTS);
  const to = 1 + ((from + Math.floor(Math.random() * (ACCOUNTS - 1))) % ACCOUNTS);
  return { from, to, amount: 1 + Math.floor(Math.random() * 10) };
}

function expectedBalances(calls: readonly TransferCall[]): number[] {
  const expected = Array.from({ length: ACCOUNTS }, () => BALANCE);
  for (const { from, to, amount } of calls) {
    expected[from - 1]! -= amount;
    expected[to - 1]! += amount;
  }
  return expected;
}
