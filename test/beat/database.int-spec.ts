import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Ctx, Task, TaskContext, TaskSchedules, TaskWorkerModule } from 'nestjs-task-queue';
import { CrontabScheduleEntity, IntervalScheduleEntity, PeriodicTaskEntity, scheduleEntities } from 'nestjs-task-queue/typeorm';
import type { DataSource } from 'typeorm';
import { closeAll, start } from '../celery-scenarios/support/application.js';
import { Events } from '../celery-scenarios/support/events.js';
import { redisUrl } from '../support/services.js';
import { testDatabase, type TestDatabase } from '../transactions/support.js';

const ran = new Events<{ name: string; id: string; at: number }>();

@Injectable()
class Reports {
  @Task({ name: 'reports.send' })
  send(_copies: number | undefined, @Ctx() { id, headers }: TaskContext): void {
    ran.add({ name: String(headers['periodicTaskName']), id, at: Number(headers['scheduledAt']) });
  }
}

let database: TestDatabase;
let source: DataSource;
const keyPrefix = `beat_${process.pid}`;

beforeAll(async () => {
  database = await testDatabase(keyPrefix);
  source = await database.dataSource(scheduleEntities({ schema: keyPrefix }));
});
afterEach(async () => {
  await closeAll();
  ran.clear();
  await source.getRepository(PeriodicTaskEntity).createQueryBuilder().delete().execute();
});
afterAll(() => database.drop());

/** Tasks on Redis, schedules in the application's database. */
async function startApart() {
  const application = await start(redisUrl(), {
    queue: { keyPrefix, outbox: { database: source }, beat: { database: source } },
    imports: [TaskWorkerModule.forRoot({ beat: true, drainTimeout: 0, abortGrace: 50 })],
    providers: [Reports],
  });
  return application.app.get(TaskSchedules);
}

describe('schedules in the database of the application, beside another broker', () => {
  it('rule 29: ticks go through the outbox, each once, by two beats', async () => {
    const schedules = await startApart();
    await startApart();
    await schedules.create('mine', { task: 'reports.send', schedule: { every: 100 }, catchUp: 'all' });
    const sent = await ran.until(({ name }) => name === 'mine', 8);
    expect(new Set(sent.map(({ at }) => at)).size).toBe(sent.length);
  });

  it('an entity saved through a repository takes effect, and a shared schedule changes for all its tasks', async () => {
    const schedules = await startApart();
    const tasks = source.getRepository(PeriodicTaskEntity);
    const interval = await source.getRepository(IntervalScheduleEntity).save({ every: 3, period: 'hours' });
    const one = await tasks.save({ name: 'one', task: 'reports.send', interval });
    await tasks.save({ name: 'two', task: 'reports.send', interval, enabled: false });
    expect(await schedules.get(one.id)).toMatchObject({ schedule: { type: 'interval', every: 10_800_000, anchor: 0 }, source: 'api' });
    await source.getRepository(IntervalScheduleEntity).update(interval.id, { every: 150, period: 'milliseconds' });
    await ran.until(({ name }) => name === 'one', 2);
    await tasks.update(one.id, { enabled: false });
    expect(await schedules.get(one.id)).toMatchObject({ enabled: false, version: 3, nextRunAt: null, wakeAt: null });
    expect(await schedules.list({ limit: 9, filter: { enabled: true } })).toMatchObject({ schedules: [] });
  });

  it('repositories read schedules that the API has created', async () => {
    const schedules = await startApart();
    const schedule = { crontab: { minute: '0,30', hour: '9-17' }, timezone: 'Europe/Paris', except: { weekdays: 'sat,sun' } };
    const made = await schedules.create('office', { task: 'reports.send', args: [1], schedule, startTime: '2030-01-01T00:00:00Z' });
    const found = await source.getRepository(PeriodicTaskEntity).findOneByOrFail({ name: 'office' });
    expect(found).toMatchObject({ id: made.id, args: [1], enabled: true, startTime: new Date('2030-01-01T00:00:00Z'), interval: null });
    expect(found.crontab).toBeInstanceOf(CrontabScheduleEntity);
    expect(found.crontab).toMatchObject({ minute: '0,30', hour: '9-17', timezone: 'Europe/Paris', dayOfWeek: '*' });
    expect((await schedules.get(made.id)).schedule).toEqual(made.schedule);
  });

  it('the database refuses two schedules of one task, none, and a second task of one name', async () => {
    const tasks = source.getRepository(PeriodicTaskEntity);
    const interval = { every: 1, period: 'hours' as const, anchor: new Date(7) };
    await expect(tasks.save({ name: 'none', task: 'reports.send' })).rejects.toThrow('periodic_task_one_schedule');
    const both = { name: 'both', task: 'reports.send', interval, clocked: { clockedTime: new Date(9) } };
    await expect(tasks.save(both)).rejects.toThrow('periodic_task_one_schedule');
    await tasks.save({ name: 'taken', task: 'reports.send', interval });
    await expect(tasks.save({ name: 'taken', task: 'reports.send', clocked: { clockedTime: new Date(9) } })).rejects.toThrow(
      'periodic_task_name',
    );
  });

  it('without an outbox the error names what is missing, and no tick is lost', async () => {
    const application = await start(redisUrl(), {
      queue: { keyPrefix, beat: { database: source } },
      imports: [TaskWorkerModule.forRoot({ beat: true, drainTimeout: 0 })],
      providers: [Reports],
    });
    const schedules = application.app.get(TaskSchedules);
    const { id } = await schedules.create('mine', { task: 'reports.send', schedule: { every: 100 } });
    await expect(schedules.runNow(id)).rejects.toMatchObject({ code: 'OUTBOX_MISSING' });
    expect((await schedules.get(id)).totalRunCount).toBe(0);
  });
});
