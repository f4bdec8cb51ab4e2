import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TaskClient, TaskInspect, TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';
import { RecordedLog } from '../../../nest/support/boot.js';
import { Fleet } from './src/fleet.service.js';
import { ReportTasks } from './src/report.tasks.js';

@Module({
  imports: [
    TaskQueueModule.forRoot({ broker: 'memory://workers-inspect' }),
    TaskWorkerModule.forRoot({ name: 'w', drainTimeout: 0, concurrency: 2 }),
  ],
  providers: [ReportTasks, Fleet],
})
class AppModule {}

describe('the guide to workers', () => {
  let app: TestingModule;

  beforeAll(async () => {
    app = await Test.createTestingModule({ imports: [AppModule] })
      .setLogger(new RecordedLog())
      .compile();
    await app.init();
  });
  afterAll(() => app.close());

  it('shows what runs, grows a pool, takes a worker out, and tells who is missing', async () => {
    const [tasks, inspect, fleet] = [app.get(TaskClient), app.get(TaskInspect), app.get(Fleet)];
    const sent = await tasks.for(ReportTasks).build.delay(2_026, 'secret');
    let active = await fleet.running();
    while (active.length === 0) active = await fleet.running();
    expect(active).toEqual([{ worker: 'w', task: 'reports.build', args: "[ 2026, '[redacted]' ]", startedAt: expect.any(Number) }]);
    expect(await fleet.help('w')).toBe(7);
    expect(await fleet.help('nobody')).toBe('WORKER_SILENT');
    expect(await inspect.queryTask(sent.id, { destination: 'w' })).toMatchObject([{ value: [{ state: 'active' }] }]);
    await fleet.retire('w');
    await expect(fleet.retire('nobody')).rejects.toThrow("Worker 'nobody' did not answer within 2000 ms");
  });
});
