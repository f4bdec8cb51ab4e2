import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PoolClient } from 'pg';
import type { TransactionalCalls } from '../../libs/task-queue/src/core/client/task-client.js';
import { Harness } from '../client-and-worker/harness.js';
import { testDatabase, type TestDatabase } from './support.js';

const SCHEMA = 'straight';

describe('calls within a transaction in the database of the broker', () => {
  let database: TestDatabase;
  let app: Harness;
  /** another session */
  let other: PoolClient;

  beforeAll(async () => {
    database = await testDatabase(SCHEMA);
    other = await database.pool.connect();
  });
  afterAll(async () => {
    other.release();
    await database.drop();
  });
  beforeEach(async () => void (app = await Harness.open(database.url, { keyPrefix: SCHEMA })));
  afterEach(async () => {
    await other.query(`ROLLBACK; TRUNCATE ${SCHEMA}.ready`);
    await app.close();
  });

  it('follow the savepoint in which they were made', async () => {
    await within(async (tasks, client) => {
      await tasks.sendTask('outer');
      await client.query('SAVEPOINT inside');
      await tasks.sendTask('inner');
      await client.query('ROLLBACK TO inside');
      await tasks.sendTask('second');
    });
    expect(await app.transport.inspector.counts('default')).toMatchObject({ ready: 2 });
  });

  it.each<[string, string, (client: PoolClient) => Promise<unknown>]>([
    ['was spoilt', 'TRANSACTION_ABORTED', (client) => client.query('SELECT 1/0').catch(() => undefined)],
    ['may not use the tables', 'TABLE_UNUSABLE', (client) => client.query('SET LOCAL ROLE pg_monitor')],
    ['is read-only', 'TRANSACTION_WRITE_FAILED', (client) => client.query('SET TRANSACTION READ ONLY')],
    ['is at the limit of its time', 'TRANSACTION_WRITE_FAILED', async (client) => {
      await client.query(`SET LOCAL statement_timeout = '50ms'`);
      await other.query(`BEGIN; LOCK TABLE ${SCHEMA}.ready`);
    }], // prettier-ignore
    ['lost its connection', 'TRANSACTION_WRITE_FAILED', async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const lost = new Promise((resolve) => client.once('error', resolve));
      await other.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
      await lost;
    }], // prettier-ignore
  ])('fail by a typed error where the transaction %s', async (_, code, spoil) => {
    const failing = within(async (tasks, client) => {
      await spoil(client);
      await tasks.sendTask('mail');
    });
    await expect(failing).rejects.toMatchObject({ code });
    await other.query('ROLLBACK');
    expect(await app.transport.inspector.counts('default')).toMatchObject({ ready: 0 });
  });

  it('fail with a deadlock error if the order of ids causes one, and the other transaction continues', async () => {
    let both!: () => void;
    const met = new Promise<void>((resolve) => (both = resolve));
    let begun = 0;
    const send = (first: string, second: string) =>
      within(async (tasks) => {
        await tasks.sendTask('mail', [], { taskId: first });
        if (++begun === 2) both();
        await met;
        await tasks.sendTask('mail', [], { taskId: second });
      });
    const ends = await Promise.allSettled([send('x', 'y'), send('y', 'x')]);
    const reasons = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason as Error);
    expect(reasons).toEqual([expect.objectContaining({ code: 'TRANSACTION_WRITE_FAILED', message: expect.stringContaining('deadlock') })]);
  });

  async function within(work: (tasks: TransactionalCalls, client: PoolClient) => Promise<unknown>): Promise<void> {
    const client = await database.pool.connect();
    client.on('error', () => undefined);
    try {
      await client.query('BEGIN');
      await work(app.client.withManager(client), client);
      await client.query('COMMIT');
    } finally {
      client.release(true);
    }
  }
});
