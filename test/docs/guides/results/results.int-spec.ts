import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TaskClient, TaskWorkerModule } from 'nestjs-task-queue';
import { AppModule } from './src/app.module.js';
import { charts, look, wait } from './src/reading.js';
import { ReportTasks } from './src/report.tasks.js';

@Module({ imports: [AppModule, TaskWorkerModule.forRoot({ name: 'w' })] })
class WorkerModule {}

describe('the guide to results', () => {
  let app: TestingModule;
  let tasks: TaskClient;

  beforeAll(async () => {
    app = await Test.createTestingModule({ imports: [WorkerModule] }).compile();
    await app.init();
    tasks = app.get(TaskClient);
  });
  afterAll(() => app.close());

  it('waits, looks, and walks', async () => {
    expect(await wait(tasks)).toBe('report of May');
    const sent = await tasks.for(ReportTasks).build.delay('June');
    await sent.get();
    expect(await look(tasks, sent.id)).toMatchObject({
      exists: true,
      state: 'SUCCESS',
      ready: true,
      result: 'report of June',
      record: { worker: 'w', retries: 0, call: { name: 'reports.build', args: ['June'], queue: 'default' } },
    });
    expect(await charts(tasks, sent.id)).toEqual(['report of June', 'sales.svg', 'visits.svg']);
    expect(await look(tasks, 'nobody')).toMatchObject({ exists: false, state: 'UNKNOWN', record: null });
  });
});
