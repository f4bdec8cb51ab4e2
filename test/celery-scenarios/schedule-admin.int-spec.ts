import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Ctx, Task, TaskContext, TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';
import { generateToken, hashToken, TaskAdminModule } from 'nestjs-task-queue/admin';
import { databaseUrl } from '../support/services.js';
import { BROKERS } from './support/application.js';
import { Events } from './support/events.js';

const ran = new Events<{ name: string; region: string; id: string }>();
const token = generateToken();
let app: INestApplication;

@Injectable()
class Reports {
  @Task({ name: 'reports.send' })
  send(region: string, @Ctx() { id, headers }: TaskContext): void {
    ran.add({ name: String(headers['periodicTaskName']), region, id });
  }
}

/** A web application that also works and beats, with its admin API. */
async function startWeb(broker: string) {
  const connection = broker.startsWith('postgres') ? { connection: { migrate: true, max: 4 } } : {};
  const keyPrefix = `admin_${Math.random().toString(36).slice(2)}`;
  const module = await Test.createTestingModule({
    imports: [
      TaskQueueModule.forRoot({ broker, keyPrefix, ...connection }),
      TaskAdminModule.forRoot({ minInterval: '100ms', auth: { tokens: [{ name: 'ann', role: 'admin', hash: hashToken(token) }] } }),
      TaskWorkerModule.forRoot({ beat: true, drainTimeout: 0, abortGrace: 50 }),
    ],
    providers: [Reports],
  }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  const url = `${await app.getUrl()}/admin/v1/schedules`;
  return async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, {
      ...{ method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers } },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = response.status === 204 ? null : await response.json();
    return { status: response.status, etag: response.headers.get('etag') ?? '', answer: answer as Record<string, unknown> };
  };
}

afterEach(async () => {
  await app.close();
  ran.clear();
});

describe.each([...BROKERS, ['postgres', databaseUrl] as const])('schedules through the admin API, on %s', (_, url) => {
  const settings = { name: 'mine', task: 'reports.send', args: ['asia'], schedule: { every: '100ms' } };
  const runsOf = (region: string) => ran.until((run) => run.region === region, 2);

  it('create, list, edit, disable, run now, enable and delete, without a restart', async () => {
    const ask = await startWeb(url());
    const made = await ask('POST', '', settings);
    expect(made.status).toBe(201);
    const path = `/${String(made.answer['id'])}`;
    await runsOf('asia');
    expect((await ask('GET', '?search=min')).answer).toMatchObject({ items: [{ name: 'mine', source: 'api' }], next: null });

    const edited = await ask('PATCH', path, { args: ['africa'] }, { 'if-match': made.etag });
    expect(edited).toMatchObject({ status: 200, answer: { args: ['africa'] } });
    await runsOf('africa');
    expect(await ask('PATCH', path, { args: ['europe'] }, { 'if-match': made.etag })).toMatchObject({ status: 412 });

    expect((await ask('POST', `${path}/disable`)).answer).toMatchObject({ enabled: false, nextRunAt: null });
    const byHand = await ask('POST', `${path}/run`);
    expect(byHand.status).toBe(202);
    await ran.until(({ id }) => id === byHand.answer['taskId'], 1);
    const { answer: before } = await ask('GET', path);
    ran.clear();
    expect((await ask('POST', `${path}/enable`)).answer).toMatchObject({ enabled: true });
    await runsOf('africa');
    expect((await ask('GET', path)).answer['totalRunCount']).toBeGreaterThan(Number(before['totalRunCount']));

    expect(await ask('DELETE', path, undefined, { 'if-match': '*' })).toMatchObject({ status: 204 });
    expect(await ask('GET', path)).toMatchObject({ status: 404 });
  });

  it('what cannot be is answered with its code and the status of its kind', async () => {
    const ask = await startWeb(url());
    await ask('POST', '', { ...settings, enabled: false });
    const refused = async (change: object) => {
      const { status, answer } = await ask('POST', '', { ...settings, name: 'other', ...change });
      return [status, answer['code']];
    };
    expect(await refused({ name: 'mine' })).toEqual([409, 'SCHEDULE_NAME_TAKEN']);
    expect(await refused({ args: [5] })).toEqual([400, 'SCHEDULE_ARGUMENTS']);
    expect(await refused({ args: ['asia', 'africa'] })).toEqual([400, 'SCHEDULE_ARGUMENTS']);
    expect(await refused({ schedule: '31 2 30 2 *' })).toEqual([400, 'SCHEDULE_NEVER_DUE']);
    expect(await refused({ schedule: { every: '5m', crontab: {} } })).toEqual([400, 'SCHEDULE_INVALID']);
    expect(await refused({ timezone: 'Asia/Saigo' })).toEqual([400, 'TIMEZONE_UNKNOWN']);
    expect((await ask('POST', '', { ...settings, name: 'other', task: 'reports.sent' })).status).toBe(201);
  });
});
