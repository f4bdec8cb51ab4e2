import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { isConnectionLoss } from '../../libs/task-queue/src/database/outbox/write-error.js';
import { AmbientDataSource } from '../../libs/task-queue/src/database/transactions/ambient-data-source.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { testDatabase, type TestDatabase } from './support.js';

/** ms; more than a busy machine takes for an answer */
const PATIENCE = 1_500;

describe('the transaction of a task when the database stops answering', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let dataSource: DataSource;
  const begin = () => AmbientDataSource.of(dataSource).begin(null, PATIENCE);

  beforeAll(async () => void (database = await testDatabase('silent')));
  afterAll(() => database.drop());
  beforeEach(async () => {
    proxy = await TcpProxy.before(database.url);
    const url = new URL(database.url);
    url.port = new URL(proxy.url).port;
    dataSource = await new DataSource({ type: 'postgres', url: url.href, poolSize: 1, installExtensions: false }).initialize();
  });
  afterEach(async () => {
    await dataSource.destroy();
    await proxy.stop();
  });

  it.each<[string, (transaction: Awaited<ReturnType<typeof begin>>) => Promise<unknown>]>([
    ['a statement of ours', ({ ambient }) => ambient.session.query('SELECT 1', [])],
    ['the commit', ({ commit }) => commit()],
  ])('%s is given up as by a lost connection, and its place in the pool is free again', async (_, ask) => {
    const transaction = await begin();
    proxy.dropAnswers = true;
    const error = await ask(transaction).catch((reason: unknown) => reason);
    expect(isConnectionLoss(error)).toBe(true);
    await transaction.rollBack();
    proxy.heal();
    expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('the rollback ends, and the slot of the task is free again', async () => {
    const transaction = await begin();
    proxy.dropAnswers = true;
    await transaction.rollBack();
    proxy.heal();
    expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('a rollback that waits for a query which the handler has left running is no lost connection: how the task ended is known', async () => {
    const transaction = await begin();
    const { connection } = transaction.ambient as unknown as { connection: { query(text: string): Promise<unknown> } };
    const left = connection.query(`SELECT pg_sleep(${(PATIENCE / 1000) * 3})`).catch(() => 'given up');
    expect(await transaction.rollBack()).toBeUndefined();
    expect(await left).toBe('given up');
  });

  it('a query of the handler has no time limit', async () => {
    const transaction = await begin();
    const slow = (transaction.ambient.connection as { query(text: string): Promise<unknown> }).query(
      `SELECT pg_sleep(${(PATIENCE / 1000) * 1.3})`,
    );
    const ours = transaction.ambient.session.query<{ one: number }>('SELECT 1 AS one', []);
    await slow;
    expect((await ours).rows).toEqual([{ one: 1 }]);
    await transaction.commit();
    await transaction.rollBack();
  });
});
