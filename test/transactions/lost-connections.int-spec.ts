import { type EventEmitter, once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TestingModule } from '@nestjs/testing';
import { TaskClient } from 'nestjs-task-queue';
import { startTestWorker, type TestWorker } from 'nestjs-task-queue/testing';
import { DataSource } from 'typeorm';
import { currentTransaction } from '../../libs/task-queue/src/core/ports/task/current-transaction.js';
import { uniquePrefix } from '../support/services.js';
import { bootBank } from './boot-bank.js';
import { BankTasks, Script, type Account } from './bank.js';
import { testDatabase, type TestDatabase } from './support.js';

describe('transactional tasks whose connection is lost', () => {
  const schema = uniquePrefix('lost').replace('-', '_');
  let database: TestDatabase;
  let app: TestingModule;
  let tasks: TaskClient;
  let script: Script;
  let worker: TestWorker;
  let runs: number;

  beforeAll(async () => {
    database = await testDatabase(schema);
    app = await bootBank(database.url, { broker: database.url, keyPrefix: schema });
    tasks = app.get(TaskClient);
    script = app.get(Script);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  beforeEach(async () => {
    runs = 0;
    await database.pool.query('TRUNCATE account');
    await database.pool.query('INSERT INTO account VALUES (1, 100), (2, 100)');
    worker = await startTestWorker(app, { concurrency: 2, maxDeliveries: 2 });
  });
  afterEach(() => worker.stop());

  it.each<[string, (source: DataSource) => Promise<unknown>]>([
    ['in the middle of a query', (source) => source.query('SELECT pg_terminate_backend(pg_backend_pid())')],
    ['between two queries', (source) => cut(source).then(() => source.query('SELECT 1'))],
    ['in a nested transaction', (source) => source.transaction(cut)],
    ['after the last query', (source) => cut(source)],
    ['before the handler fails for a reason of its own', (source) => cut(source).then(() => Promise.reject(new Error('own reason')))],
  ])('rule 35: %s run again, and take effect once', async (_when, loseConnection) => {
    script.afterTransfer = () => (++runs > 1 ? undefined : loseConnection(app.get(DataSource)));
    const sent = await tasks.for(BankTasks).transfer.delay(1, 2, 30);
    expect(await sent.get({ timeout: '5s' })).toBe(30);
    expect([runs, await balances()]).toEqual([2, [70, 130]]);
  });

  it('rule 35: for the last time that `maxDeliveries` allows fail with the reason of the loss', async () => {
    script.afterTransfer = async () => {
      runs++;
      await cut(app.get(DataSource));
      await app.get(DataSource).query('SELECT 1');
    };
    const sent = await tasks.for(BankTasks).transfer.delay(1, 2, 30);
    const reason = expect.stringContaining('terminating connection due to administrator command');
    expect(await sent.get({ timeout: '5s', propagate: false })).toMatchObject({ message: reason });
    expect([runs, await balances()]).toEqual([2, [100, 100]]);
  });

  it('rule 35: before they begin wait for the database, and no attempt is charged', async () => {
    const holder = await database.pool.connect();
    await holder.query('BEGIN');
    await holder.query(`LOCK TABLE ${schema}.task_record`);
    const redelivered: boolean[] = [];
    script.afterTransfer = ({ deliveryInfo }) => void redelivered.push(deliveryInfo.redelivered);
    const sent = await tasks.for(BankTasks).transfer.delay(1, 2, 30);
    const ended = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%settlement FROM%task_record%' AND wait_event_type = 'Lock'`;
    while ((await database.pool.query(ended)).rowCount === 0);
    await holder.query('ROLLBACK');
    holder.release();
    expect(await sent.get({ timeout: '20s' })).toBe(30);
    expect([redelivered, await balances()]).toEqual([[false], [70, 130]]);
  });

  /** Ends the session of the task, and returns when its connection has seen that. */
  async function cut(source: Pick<DataSource, 'query'>): Promise<void> {
    const [{ pid }] = await source.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid');
    const { databaseConnection } = currentTransaction.getStore()!.connection as { databaseConnection: EventEmitter };
    const gone = once(databaseConnection, 'error');
    await database.pool.query('SELECT pg_terminate_backend($1)', [pid]);
    await gone;
  }

  async function balances(): Promise<number[]> {
    const { rows } = await database.pool.query<Account>('SELECT balance FROM account ORDER BY id');
    return rows.map(({ balance }) => balance);
  }
});
