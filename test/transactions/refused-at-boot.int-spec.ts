import { Injectable, type Provider } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { getDataSourceToken } from '@nestjs/typeorm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Task, TaskQueueModule, type ClientOptionsInput } from 'nestjs-task-queue';
import { startTestWorker } from 'nestjs-task-queue/testing';
import { DataSource } from 'typeorm';
import { testDatabase, type TestDatabase } from './support.js';

const SCHEMA = 'refused_at_boot';

@Injectable()
class DefaultTasks {
  @Task({ name: 'default', transactional: true })
  async run(): Promise<void> {}
}

@Injectable()
class NamedTasks {
  @Task({ name: 'named', transactional: { dataSource: 'reports' } })
  async run(): Promise<void> {}
}

/** As far as anybody looks at it before it is refused. */
const mysql = { options: { type: 'mysql' }, driver: {}, isInitialized: true, createQueryRunner: () => undefined };

describe('at boot', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await testDatabase(SCHEMA)));
  afterAll(() => database.drop());

  async function closed(): Promise<DataSource> {
    const source = await database.dataSource();
    await source.destroy();
    return source;
  }

  async function away(): Promise<DataSource> {
    const source = await database.dataSource();
    const { master } = source.driver as unknown as { master: { connect(): Promise<never> } };
    master.connect = () => Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
    return source;
  }

  it.each<[string, string, RegExp, () => Promise<Provider[]>]>([
    ['is not there', 'INVALID_OPTION', /'transactional' .* without a name/, async () => [DefaultTasks]],
    ['of the name is not there', 'INVALID_OPTION', /'transactional' .* 'reports'/, async () => [NamedTasks]],
    ['is not PostgreSQL', 'DATABASE_UNSUPPORTED', /mysql/, async () => [DefaultTasks, { provide: DataSource, useValue: mysql }]],
    ['of the name is not PostgreSQL', 'DATABASE_UNSUPPORTED', /mysql/,
      async () => [NamedTasks, { provide: getDataSourceToken('reports'), useValue: mysql }]], // prettier-ignore
    ['is closed', 'INVALID_OPTION', /closed/, async () => [DefaultTasks, { provide: DataSource, useValue: await closed() }]],
    ['cannot be reached', 'BROKER_UNAVAILABLE', /task_record/, async () => [DefaultTasks, { provide: DataSource, useValue: await away() }]],
  ])('a transactional task is refused whose DataSource %s', async (_, code, message, providers) => {
    await expect(boot(await providers())).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each<[string, string, RegExp, () => Promise<unknown>]>([
    ['is not PostgreSQL', 'DATABASE_UNSUPPORTED', /mysql/, async () => mysql],
    ['is closed', 'INVALID_OPTION', /closed/, closed],
    ['cannot be reached', 'BROKER_UNAVAILABLE', /outbox/, away],
  ])('an outbox is refused whose DataSource %s', async (_, code, message, source) => {
    const options = { outbox: { database: (await source()) as DataSource } };
    await expect(boot([], options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  describe.each<[string, string, string, (database: DataSource) => readonly [Provider[], ClientOptionsInput]]>([
    ['transactional tasks', 'task_record', 'records', (source) => [[DefaultTasks, { provide: DataSource, useValue: source }], {}]],
    ['an outbox', 'outbox', 'outbox', (source) => [[], { outbox: { database: source } }]],
    ['results', 'task_result', 'results', (source) => [[], { results: { typeorm: source } }]],
  ])('the tables of %s, with a broker elsewhere', (_, table, name, using) => {
    const schema = `of_${name}`;
    let own: TestDatabase;
    beforeAll(async () => void (own = await testDatabase(schema)));
    afterAll(() => own.drop());
    const bootWith = async () => {
      const [providers, options] = using(await own.dataSource([], 40));
      return boot(providers, { keyPrefix: schema, ...options });
    };

    it('are accepted as migrations create them', async () => expect(await bootWith()).toBeUndefined());

    it.each([
      ['a newer version has migrated them', 'SCHEMA_NEWER', `INSERT INTO ${schema}.migration VALUES (999, '999-of-tomorrow')`],
      ['a migration is lacking', 'SCHEMA_OUTDATED', `DELETE FROM ${schema}.migration WHERE version = 7 OR version = 999`],
    ])('are refused when %s', async (_reason, code, text) => {
      await own.pool.query(text);
      await expect(bootWith()).rejects.toMatchObject({ code });
    });

    it('are refused if they are missing', async () => {
      await own.pool.query(`DROP TABLE ${schema}.${table} CASCADE`);
      await expect(bootWith()).rejects.toMatchObject({ message: expect.stringContaining('npx tasks migrate') });
    });
  });

  async function boot(providers: Provider[], options: ClientOptionsInput = {}): Promise<void> {
    const queue = TaskQueueModule.forRoot({ broker: 'memory://', keyPrefix: SCHEMA, ...options });
    const module = await Test.createTestingModule({ imports: [queue], providers }).compile();
    module.useLogger(false);
    try {
      await module.init();
      await (await startTestWorker(module)).stop();
    } finally {
      await module.close();
    }
  }
});
