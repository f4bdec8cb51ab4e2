import { randomBytes } from 'node:crypto';
import type { Repository } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { silentLogger, systemClock } from 'nestjs-task-queue/spi';
import { TaskResultEntity, type FailedTaskEntity } from 'nestjs-task-queue/typeorm';
import { RememberFailed } from '../../libs/task-queue/src/core/worker/settle/remember-failed.js';
import { signal } from '../client-and-worker/harness.js';
import { ReportTasks, ResultFixture, world } from './support/reports.js';

describe("results: 'typeorm'", () => {
  let fixture: ResultFixture;

  beforeAll(async () => {
    fixture = await ResultFixture.open();
  });
  afterEach(() => fixture.reset());
  afterAll(() => fixture.close());

  it('stores the outcome of a task in a row that the application reads with its own repository', async () => {
    const { tasks, rows } = await fixture.start({ resultExtended: true });
    const headers = { periodicTaskName: 'each month' }; // as beat sends it
    const sent = await tasks.for(ReportTasks).build.applyAsync(['May'], { tags: ['monthly'], headers });
    expect(await sent.get()).toBe('report of May');
    const row = await rows.findOneByOrFail({ taskId: sent.id });
    expect(row).toBeInstanceOf(TaskResultEntity);
    expect(row).toMatchObject({
      taskName: 'reports.build',
      periodicTaskName: 'each month',
      queue: 'default',
      tags: ['reports', 'monthly'],
      state: 'SUCCESS',
      retries: 0,
      worker: 'w',
      taskArgs: ['May'],
      taskKwargs: {},
      contentType: 'json',
      contentEncoding: 'utf-8',
      result: 'report of May',
      error: null,
      meta: null,
    });
    const { dateCreated, dateStarted, dateDone, dateExpires } = row;
    expect(dateCreated <= dateStarted! && dateStarted! <= dateDone! && dateDone! < dateExpires).toBe(true);
    expect(await sent.record()).toMatchObject({ state: 'SUCCESS', call: { name: 'reports.build', args: ['May'] } });
  });

  it('shows a running task by its name and tags', async () => {
    const { tasks, found } = await fixture.start();
    const reached = signal();
    const go = signal();
    world.gates.set('June', { reached: reached.give, go: go.come });
    const sent = await tasks.for(ReportTasks).build.delay('June');
    await reached.come;
    const { rows } = await found.search({ name: 'reports.build', state: 'PROGRESS', tag: 'reports' });
    expect(rows).toMatchObject([{ taskId: sent.id, meta: { step: 1 }, dateDone: null, worker: 'w', taskArgs: null }]);
    expect(rows[0]!.dateStarted).toBeInstanceOf(Date);
    go.give();
    await sent.get();
  });

  it('keeps a failed task until its dead letter is redriven or purged', async () => {
    const { tasks, failed, found } = await fixture.start();
    const { print, reject } = tasks.for(ReportTasks);
    const sent = [await print.applyAsync(['no paper'], { tags: ['printer'] }), await reject.delay()];
    for (const one of sent) await expect(one.get()).rejects.toThrow(`Task ${one.id} failed`);
    await untilCount(failed, 2);
    expect((await found.searchFailed({ name: 'reports.print', tag: 'printer' })).rows).toMatchObject([
      {
        taskId: sent[0]!.id,
        queue: 'default',
        reason: 'failed',
        error: 'TypeError: no paper',
        worker: 'w',
        attempts: [{ worker: 'w', retries: 0, error: { type: 'TypeError' } }],
      },
    ]);
    expect((await found.search({ state: 'FAILURE' })).rows[0]).toMatchObject({
      error: { type: 'TypeError', message: 'no paper' },
      traceback: expect.stringContaining('TypeError: no paper'),
    });
    world.printerWorks = true;
    expect(await tasks.deadLetters.redrive(sent[0]!.id)).toMatchObject({ redriven: 1 });
    expect(await sent[0]!.get()).toBe('printed');
    expect(await tasks.deadLetters.purge(sent[1]!.id)).toBe(1);
    expect(await failed.count()).toBe(0);
  });

  it('finds failed tasks that were not recorded through the broker', async () => {
    const { tasks, failed, results, queue } = await fixture.start();
    const sent = await tasks.for(ReportTasks).print.applyAsync(['lost'], { tags: ['printer'] });
    await expect(sent.get()).rejects.toThrow('lost');
    await untilCount(failed, 1);
    await failed.clear();
    const parts = {
      log: results.failedTasks!,
      inspector: queue.transport.inspector,
      worker: 'heir',
      logger: silentLogger,
      clock: systemClock,
    };
    const repairs = new RememberFailed(parts);
    await repairs.repair(new AbortController().signal);
    expect(await failed.find()).toMatchObject([
      { taskId: sent.id, taskName: 'reports.print', tags: ['printer'], worker: null, reason: 'failed' },
    ]);
    await repairs.repair(new AbortController().signal);
    expect(await failed.count()).toBe(1);
  });

  it('shows no encrypted data, which the client can read', async () => {
    const { tasks, rows } = await fixture.start({ encrypt: { keys: [{ id: 'k1', key: randomBytes(32) }] }, resultExtended: true });
    const sent = await tasks.for(ReportTasks).build.delay('secret');
    expect(await sent.get()).toBe('report of secret');
    const row = await rows.findOneByOrFail({ taskId: sent.id });
    expect(row).toMatchObject({ taskName: 'reports.build', result: null, taskArgs: null, state: 'SUCCESS' });
    expect(JSON.stringify(row)).not.toContain('secret');
    expect(await sent.record()).toMatchObject({ call: { args: ['secret'] } });
  });
});

async function untilCount(repository: Repository<FailedTaskEntity>, count: number): Promise<void> {
  // The row follows the settlement, which the result precedes.
  while ((await repository.count()) < count) await new Promise((resolve) => setImmediate(resolve));
}
