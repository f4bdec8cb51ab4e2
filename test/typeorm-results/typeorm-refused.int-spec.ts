import type { ModuleMetadata } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { getQueueInstanceToken, TaskWorkerModule, type ClientOptionsInput, type QueueInstance } from 'nestjs-task-queue';
import { TaskResults } from 'nestjs-task-queue/typeorm';
import { signal } from '../client-and-worker/harness.js';
import { boot, bootError } from '../nest/support/boot.js';
import { ReportTasks, ResultFixture, world } from './support/reports.js';
import { openSource } from './support/tables.js';

describe('a database that cannot store results', () => {
  let fixture: ResultFixture;

  beforeAll(async () => {
    fixture = await ResultFixture.open();
  });
  afterEach(() => fixture.reset());
  afterAll(() => fixture.close());

  describe('refuses', () => {
    const bootWith = (results: ClientOptionsInput['results'], imports: ModuleMetadata['imports'] = []) =>
      bootError({ imports, providers: [ReportTasks] }, { results });

    it('a database other than PostgreSQL', async () => {
      const typeorm = { isInitialized: true, options: { type: 'mysql' }, query: async () => [] };
      expect(await bootWith({ typeorm, schema: 'tq' })).toMatchObject({
        code: 'UNSUPPORTED_OPTION',
        message: expect.stringContaining("of type 'mysql'"),
      });
    });

    it('missing tables, naming the command to run', async () => {
      const error = await bootWith({ typeorm: fixture.source, schema: 'nowhere' });
      expect(error).toMatchObject({ code: 'RESULTS_REFUSED', message: expect.stringContaining('npx tasks migrate --schema nowhere') });
    });

    it('tables without rights', async () => {
      await fixture.source.query(`create role reader login; grant usage on schema ${fixture.schema} to reader`);
      const url = new URL(fixture.url);
      url.username = 'reader';
      const reader = await openSource(url.href);
      const error = await bootWith({ typeorm: reader, schema: fixture.schema });
      await reader.destroy();
      await fixture.source.query(`drop owned by reader; drop role reader`);
      expect(error).toMatchObject({ code: 'RESULTS_REFUSED', message: expect.stringContaining('no rights on') });
    });

    it.each([
      [
        'a DataSource that nobody provides',
        { typeorm: 'reports', schema: 'tq' },
        "Option 'results.typeorm' must be the name of a DataSource",
      ],
      [
        'a misspelled option',
        { typeorn: 'x' } as never,
        "'results' of TaskQueueModule.forRoot has no option 'typeorn'. Did you mean 'typeorm'?",
      ],
      ['a schema that is no plain name', { typeorm: 'default', schema: 'My-App' }, "Option 'schema' must be a plain name"],
      [
        'neither text nor object',
        7 as never,
        "Option 'results' must be a URL, 'typeorm', { typeorm: dataSource }, a Pool of pg or a DataSource of TypeORM",
      ],
    ])('is %s', async (_, results, message) => {
      expect((await bootWith(results)).message).toContain(message);
    });

    it('a search of results that are stored elsewhere', async () => {
      const { app } = await boot({ providers: [TaskResults] });
      await expect(app.get(TaskResults).search()).rejects.toThrow("Option 'results' must be 'typeorm'");
    });
  });

  it('reports an unreachable database, and a task waits for it', async () => {
    let down = false;
    const flaky = {
      isInitialized: true,
      options: { type: 'postgres' },
      query: (sql: string, values?: unknown[]) =>
        down ? Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })) : fixture.source.query(sql, values),
    };
    const { tasks, app } = await boot(
      { imports: [TaskWorkerModule.forRoot()], providers: [ReportTasks] },
      { results: { typeorm: flaky, schema: fixture.schema } },
    );
    down = true;
    const tried = signal<unknown>();
    const { results } = app.get<QueueInstance>(getQueueInstanceToken('default')).transport;
    const save = results.save.bind(results);
    results.save = async (records, expires) => {
      try {
        return await save(records, expires);
      } catch (error) {
        tried.give(error);
        throw error;
      }
    };
    world.printerWorks = true;
    const sent = await tasks.for(ReportTasks).print.delay('x');
    await expect(sent.record()).rejects.toMatchObject({ code: 'RESULTS_UNAVAILABLE' });
    expect(await tried.come).toMatchObject({ code: 'RESULTS_UNAVAILABLE' });
    down = false;
    expect(await sent.get()).toBe('printed');
  });
});
