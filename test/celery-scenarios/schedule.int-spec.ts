import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { CronExpression, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import {
  clocked,
  crontab,
  Ctx,
  Periodic,
  solar,
  Task,
  TaskContext,
  TaskSchedules,
  TaskWorkerModule,
  WorkerOrchestrator,
  type BeatOptionsInput,
} from 'nestjs-task-queue';
import { databaseUrl } from '../support/services.js';
import { bootError, BROKERS, closeAll, start } from './support/application.js';
import { Events } from './support/events.js';

const ran = new Events<{ name: string; args: readonly unknown[]; id: string; at: number }>();

@Injectable()
class Reports {
  @Periodic({ every: 200 }, { name: 'often', args: ['eu'] })
  @Periodic('0 2 * * *', { name: 'nightly', args: ['us'], timezone: 'Asia/Ho_Chi_Minh', enabled: false })
  @Task({ name: 'reports.send' })
  send(region: string, @Ctx() ctx: TaskContext): void {
    this.note(ctx, region);
  }

  @Periodic(CronExpression.EVERY_30_MINUTES)
  @Periodic(crontab({ minute: '*/15', hour: '9-17', dayOfWeek: 'mon-fri' }))
  @Periodic(solar('sunset', 21.03, 105.85))
  @Periodic(clocked('2020-01-01T00:00:00Z'), { name: 'long ago', catchUp: 'none' })
  @Task({ name: 'reports.rare' })
  rare(): void {}

  @Task({ name: 'reports.configured' })
  configured(...args: readonly unknown[]): void {
    ran.add({ name: 'configured', args, id: '', at: 0 });
  }

  private note({ id, headers }: TaskContext, ...args: readonly unknown[]): void {
    ran.add({ name: String(headers['periodicTaskName']), args, id, at: Number(headers['scheduledAt']) });
  }
}

const BEAT: BeatOptionsInput = {
  schedule: { 'each second': { task: 'reports.configured', schedule: { every: 250 }, args: [1], queue: 'default' } },
};

/** An application with a worker and a beat. */
async function startBeat(broker: string, keyPrefix?: string) {
  const connection = broker.startsWith('postgres') ? { connection: { migrate: true, max: 4 } } : {};
  const prefix = keyPrefix ?? `schedules_${Math.random().toString(36).slice(2)}`;
  const application = await start(broker, {
    queue: { beat: BEAT, keyPrefix: prefix, ...connection },
    imports: [TaskWorkerModule.forRoot({ beat: true, drainTimeout: 0, abortGrace: 50 })],
    providers: [Reports],
  });
  return { ...application, prefix, schedules: application.app.get(TaskSchedules) };
}

afterEach(async () => {
  await closeAll();
  ran.clear();
});

describe.each([...BROKERS, ['postgres', databaseUrl] as const])('schedules on %s', (_, url) => {
  it('tasks run when they are due, with their arguments, and know which schedule sent them and for when', async () => {
    await startBeat(url());
    const often = await ran.until(({ name }) => name === 'often', 3);
    expect(new Set(often.flatMap(({ args }) => args))).toEqual(new Set(['eu']));
    expect(new Set(often.map(({ id }) => id)).size).toBe(often.length);
    expect(often.every(({ at }) => at % 200 === 0)).toBe(true);
    await ran.until(({ name }) => name === 'configured', 1);
  });

  it('schedules of the code are stored and listed', async () => {
    const { schedules } = await startBeat(url());
    const { schedules: all } = await schedules.list({ limit: 20, filter: { source: 'code' } });
    const names = ['each second', 'long ago', 'nightly', 'often', 'reports.rare', 'reports.rare (2)', 'reports.rare (3)'];
    expect(all.map(({ name }) => name)).toEqual(names);
    expect(all.find(({ name }) => name === 'nightly')).toMatchObject({ enabled: false, timezone: 'Asia/Ho_Chi_Minh', args: ['us'] });
  });

  it('a schedule is made, edited, disabled, run and removed while beat runs', async () => {
    const { schedules } = await startBeat(url());
    const made = await schedules.create('mine', { task: 'reports.send', args: ['asia'], schedule: { every: '100ms' } });
    await ran.until(({ name, args }) => name === 'mine' && args[0] === 'asia', 2);
    const edited = await schedules.patch(made.id, made.version, { args: ['africa'] });
    await ran.until(({ name, args }) => name === 'mine' && args[0] === 'africa', 2);
    await expect(schedules.patch(made.id, made.version, { args: [] })).rejects.toMatchObject({ code: 'SCHEDULE_STALE' });
    expect(await schedules.disable([made.id])).toBe(1);
    await schedules.runNow(made.id);
    await schedules.remove(made.id, edited.version + 1);
    await expect(schedules.get(made.id)).rejects.toMatchObject({ code: 'SCHEDULE_NOT_FOUND' });
  });

  it('two applications send each tick once', async () => {
    const { prefix } = await startBeat(url());
    await startBeat(url(), prefix);
    const often = await ran.until(({ name }) => name === 'often', 8);
    expect(new Set(often.map(({ at }) => at)).size).toBe(often.length);
  });
});

describe('in Nest', () => {
  it('beat’s timer is shown in the SchedulerRegistry of @nestjs/schedule, and goes when the application does', async () => {
    const { app } = await start('memory://', {
      queue: { beat: BEAT },
      imports: [ScheduleModule.forRoot(), TaskWorkerModule.forRoot({ beat: true, drainTimeout: 0 })],
      providers: [Reports],
    });
    const registry = app.get(SchedulerRegistry);
    const added = jest.spyOn(registry, 'addTimeout');
    await ran.until(({ name }) => name === 'often', 2);
    expect(new Set(added.mock.calls.map(([name]) => name))).toEqual(new Set(['task-queue:beat:default']));
    expect(app.get(WorkerOrchestrator).beatHealth()).toMatchObject({ lastPassAt: expect.any(Number) });
    await app.close();
    expect(registry.getTimeouts()).toEqual([]);
  });

  it.each([
    ['31 2 30 2 *', {}, 'SCHEDULE_NEVER_DUE', "has a day '30'"],
    ['0 25 * * *', {}, 'SCHEDULE_INVALID', 'hour'],
    ['0 2 * * *', { timezone: 'Asia/Saigo' }, 'TIMEZONE_UNKNOWN', 'Asia/Saigon'],
    ['0 2 * * *', { overlp: 'skip' }, 'UNKNOWN_OPTION', "'overlap'"],
    ['0 2 * * *', { overlap: 'sometimes' }, 'INVALID_OPTION', 'buffer-one'],
    [{ every: -5 }, {}, 'INVALID_OPTION', 'not negative'],
    [{ every: '5m', crontab: {} }, {}, 'SCHEDULE_INVALID', 'exactly one'],
    ['0 2 * * *', { catchUpWindow: '30d' }, 'INVALID_OPTION', 'dedupRetention'],
    ['0 2 * * *', { expires: '2031-01-01T00:00:00Z', expireSeconds: 5 }, 'INVALID_OPTION', 'left out when expires'],
    ['0 2 * * *', { args: [new Map()] }, 'ARGUMENT_NOT_SERIALIZABLE', 'args[0]'],
    ['0 2 * * *', { args: [5] }, 'SCHEDULE_ARGUMENTS', 'args[0] is a number, where the method takes a string'],
    ['0 2 * * *', { args: ['eu', 'us'] }, 'SCHEDULE_ARGUMENTS', 'one too many'],
  ])('%j with %j fails the boot', async (schedule, settings, code, message) => {
    const beat = { schedule: { wrong: { task: 'reports.send', schedule, ...settings } } } as BeatOptionsInput;
    const error = await bootError({ queue: { beat }, providers: [Reports] }, { beat: true });
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(message);
  });

  it('arguments that do not fit the task are refused when people make or edit a schedule, and what does not touch them is not', async () => {
    const { schedules } = await startBeat('memory://');
    const settings = { task: 'reports.send', schedule: '0 2 * * *' };
    const refused = { code: 'SCHEDULE_ARGUMENTS', path: 'args[0]' };
    await expect(schedules.create('mine', { ...settings, args: [5] })).rejects.toMatchObject(refused);
    const { id } = await schedules.create('mine', { ...settings, task: 'reports.other', args: [5] });
    await expect(schedules.patch(id, null, { task: 'reports.send' })).rejects.toMatchObject(refused);
    await expect(schedules.replace(id, null, 'mine', { ...settings, args: [[]] })).rejects.toMatchObject(refused);
    expect(await schedules.patch(id, null, { enabled: false })).toMatchObject({ enabled: false, args: [5] });
  });

  it.each([
    ['more than a message may hold', { args: ['x'.repeat(2_000_000)] }, 'PAYLOAD_TOO_LARGE'],
    ['to a queue that is not declared', { queue: 'nowhere' }, 'QUEUE_UNKNOWN'],
    [
      'that expires before it is due',
      { schedule: { clocked: '2040-01-01T00:00:00Z' }, expires: '2035-01-01T00:00:00Z' },
      'SCHEDULE_NEVER_DUE',
    ],
    ['of a date that has passed', { schedule: { clocked: '2020-01-01T00:00:00Z' } }, 'SCHEDULE_NEVER_DUE'],
  ])('a schedule %s is refused when it is made, and not when it is due', async (_, settings, code) => {
    const { app } = await start('memory://', { queue: { queues: ['default', 'mail'] }, providers: [Reports] });
    const whole = { task: 'reports.send', schedule: '0 2 * * *', ...settings };
    await expect(app.get(TaskSchedules).create('mine', whole)).rejects.toMatchObject({ code });
  });

  it('a schedule of an unknown task is created, logged by beat and listed as broken, with "did you mean"', async () => {
    const { schedules, log } = await startBeat('memory://');
    await schedules.create('mistyped', { task: 'reports.sent', schedule: { every: 100 } });
    // Beat has looked since: of two runs, the second was sent after it.
    await ran.until(({ name }) => name === 'often', ran.all.filter(({ name }) => name === 'often').length + 2);
    expect(log.messages('warn')).toContain('a schedule cannot run and is marked as broken');
    const { schedules: broken } = await schedules.list({ limit: 5, filter: { broken: true } });
    expect(broken).toMatchObject([{ name: 'mistyped', broken: expect.stringContaining("Did you mean 'reports.send'?") }]);
  });

  it('two schedules with one name fail the boot, as does @Periodic on a method that is not a task', async () => {
    const beat: BeatOptionsInput = { schedule: { often: { task: 'reports.send', schedule: '0 2 * * *' } } };
    expect(await bootError({ queue: { beat }, providers: [Reports] }, { beat: true })).toMatchObject({ code: 'SCHEDULE_NAME_TAKEN' });
    @Injectable()
    class Idle {
      @Periodic('0 2 * * *')
      idle(): void {}
    }
    expect(await bootError({ providers: [Idle] }, { beat: true })).toMatchObject({ code: 'INVALID_HANDLER' });
  });
});
