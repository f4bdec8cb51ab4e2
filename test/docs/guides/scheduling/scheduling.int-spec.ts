import { afterEach, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { TaskSchedules } from 'nestjs-task-queue';
import { PeriodicTaskEntity } from 'nestjs-task-queue/typeorm';
import { DataSource } from 'typeorm';
import { RecordedLog } from '../../../nest/support/boot.js';
import { testDatabase, type TestDatabase } from '../../../transactions/support.js';
import { AppModule } from './src/app.module.js';
import { startBeat } from './src/beat-alone.js';
import { RemindersService } from './src/reminders.service.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

it('schedules of code are stored, and managed as those of people are', async () => {
  const app = await Test.createTestingModule({ imports: [AppModule], providers: [RemindersService] })
    .setLogger(new RecordedLog())
    .compile();
  closing.push(() => app.close());
  await app.init();
  const schedules = app.get(TaskSchedules);
  const { schedules: all } = await schedules.list({ limit: 10 });
  expect(all.map(({ name }) => name)).toEqual(['nightly, Hanoi', 'nightly, Paris', 'reports.collect', 'weekly, for the board']);
  const reminders = app.get(RemindersService);
  const id = await reminders.remindDaily('jp', 'Asia/Tokyo');
  expect((await reminders.move(id, 10)).map((moment) => moment.getUTCHours())).toEqual([1, 1, 1]);
  const days = 86_400_000;
  expect(await reminders.runMissing(id, new Date(Date.now() - 2 * days), new Date())).toBe(2);
});

it('beat runs alone', async () => {
  const { app, stop } = await startBeat();
  closing.push(stop);
  expect((await app.get(TaskSchedules).list({ limit: 10 })).schedules).toHaveLength(4);
});

it('schedules are kept in the database of the application', async () => {
  const database: TestDatabase = await testDatabase('tq');
  const before = process.env['DATABASE_URL'];
  process.env['DATABASE_URL'] = database.url;
  const { DatabaseModule } = await import('./src/database.module.js');
  process.env['DATABASE_URL'] = before;
  const app = await Test.createTestingModule({ imports: [DatabaseModule] })
    .setLogger(new RecordedLog())
    .compile();
  closing.push(() => app.close(), database.drop);
  await app.init();
  await app.get(TaskSchedules).create('mine', { task: 'reports.send', schedule: { every: '10m' } });
  const tasks = app.get(DataSource).getRepository(PeriodicTaskEntity);
  expect(await tasks.findOneBy({ name: 'mine' })).toMatchObject({ interval: { every: 10, period: 'minutes' } });
});
