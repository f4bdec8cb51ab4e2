import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TaskClient, TaskWorkerModule } from 'nestjs-task-queue';
import { DataSource } from 'typeorm';
import { migrateOn } from '../../../typeorm-results/support/tables.js';
import { freshDatabase } from '../../../support/services.js';
import { HistoryModule } from './src/history.module.js';
import { send } from './src/invoice.tasks.js';
import { ReportHistory } from './src/report-history.js';

@Module({ imports: [HistoryModule, TaskWorkerModule.forRoot({ name: 'w' })] })
class WorkerModule {}

describe('the guide to results in the database', () => {
  const before = process.env['DATABASE_URL'];
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let app: TestingModule;

  beforeAll(async () => {
    database = await freshDatabase();
    const source = await new DataSource({ type: 'postgres', url: database.url }).initialize();
    await migrateOn(source, 'tq');
    await source.destroy();
    process.env['DATABASE_URL'] = database.url;
    app = await Test.createTestingModule({ imports: [WorkerModule] }).compile();
    app.useLogger(false);
    await app.init();
  });
  afterAll(async () => {
    await app.close();
    process.env['DATABASE_URL'] = before;
    await database.drop();
  });

  it('searches, and counts', async () => {
    const tasks = app.get(TaskClient);
    const history = app.get(ReportHistory);
    const sent = await send(tasks, 7, 'acme');
    expect(await sent.get()).toBe('invoice-7.pdf');
    await (await send(tasks, 8, 'other')).get();
    expect(await history.ofCustomer('acme')).toMatchObject({
      rows: [{ taskId: sent.id, result: 'invoice-7.pdf', tags: ['invoices', 'customer:acme'] }],
      next: null,
    });
    const failing = await send(tasks, -1, 'acme');
    await expect(failing.get()).rejects.toThrow('there is no invoice -1');
    while ((await history.counts()).failed === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await history.failuresSince(new Date(0))).toEqual([
      { taskId: failing.id, error: 'RangeError: there is no invoice -1', attempts: 1 },
    ]);
    expect(await history.counts()).toEqual({ succeeded: 2, failed: 1 });
  });
});
