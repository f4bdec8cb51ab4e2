import { afterEach, describe, expect, it } from '@jest/globals';
import type { AuditLog } from 'nestjs-task-queue/spi';
import { auditEntities, AuditRecordEntity } from 'nestjs-task-queue/typeorm';
import { testDatabase } from '../transactions/support.js';
import { AdminApp, type Answer } from './support/admin-app.js';
import { ENGINES } from './support/engines.js';

const BASE = '/admin/v1/schedules';
const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const make = (api: AdminApp, name: string): Promise<Answer> =>
  api.send('POST', BASE, { as: 'operator', body: { name, task: 'reports.send', schedule: { every: '1h' } } });
const entries = async (api: AdminApp, query = ''): Promise<Answer['body'][]> =>
  (await api.send('GET', `/admin/v1/audit${query}`, { as: 'admin' })).body.items;

describe.each(ENGINES)('the audit log, on $name', ({ start }) => {
  async function begin(): Promise<AdminApp> {
    const { api, close } = await start();
    open.push(close);
    return api;
  }

  it('contains actor, action and target, with the state before and after', async () => {
    const api = await begin();
    const made = await make(api, 'nightly');
    const { id } = made.body;
    const edited = await api.send('PATCH', `${BASE}/${id}`, { as: 'admin', body: { jitter: '5s' }, headers: { 'if-match': '"1"' } });
    await api.send('POST', `${BASE}/${id}/run`, { as: 'operator' });
    await api.send('DELETE', `${BASE}/${id}`, { as: 'admin', headers: { 'if-match': '*' } });
    const [deleted, run, patched, created] = await entries(api);
    expect(created).toMatchObject({
      actor: { name: 'the operator', role: 'operator' },
      action: 'schedule.create',
      target: id,
      outcome: 'done',
    });
    expect(created).toMatchObject({ change: { after: { name: 'nightly' } }, requestId: made.headers.get('x-request-id') });
    expect(patched).toMatchObject({
      actor: { name: 'the admin' },
      action: 'schedule.patch',
      change: { before: { jitter: 0 }, after: { jitter: '5s' } },
    });
    expect(patched.requestId).toBe(edited.headers.get('x-request-id'));
    expect(run).toMatchObject({ action: 'schedule.run', target: id, change: { taskId: expect.any(String) } });
    expect(deleted).toMatchObject({ action: 'schedule.delete', change: { before: { name: 'nightly', jitter: 5_000 } } });
  });

  it('contains refused attempts, but no read access', async () => {
    const api = await begin();
    const { id } = (await make(api, 'nightly')).body;
    await api.send('DELETE', `${BASE}/${id}`, { as: 'viewer', headers: { 'if-match': '*' } });
    await api.send('DELETE', `${BASE}/${id}`, { as: 'admin', headers: { 'if-match': '"9"' } });
    await api.send('PATCH', `${BASE}/${id}`, { as: 'operator', body: { jiter: 1 }, headers: { 'if-match': '*' } });
    await api.send('GET', BASE, { as: 'viewer' });
    const outcomes = (await entries(api)).map(({ action, actor, target, outcome }) => [action, actor.role, target, outcome]);
    expect(outcomes).toEqual([
      ['schedule.patch', 'operator', id, 'REQUEST_INVALID'],
      ['schedule.delete', 'admin', id, 'SCHEDULE_STALE'],
      ['schedule.delete', 'viewer', id, 'FORBIDDEN'],
      ['schedule.create', 'operator', id, 'done'],
    ]);
  });

  it('does not contain arguments and headers of schedules', async () => {
    const api = await begin();
    const content = { args: ['SECRET-ARG'], kwargs: { a: 'SECRET-KWARG' }, headers: { token: 'SECRET-HEADER' } };
    const body = { name: 'nightly', task: 'reports.send', schedule: { every: '1h' }, ...content };
    const { id } = (await api.send('POST', BASE, { as: 'operator', body })).body;
    const headers = { 'if-match': '*' };
    await api.send('PUT', `${BASE}/${id}`, { as: 'operator', body: { ...body, jitter: '5s' }, headers });
    await api.send('PATCH', `${BASE}/${id}`, { as: 'operator', body: content, headers });
    await api.send('POST', BASE, { as: 'operator', body });
    await api.send('DELETE', `${BASE}/${id}`, { as: 'admin', headers });
    const found = await entries(api);
    expect(found.map(({ action }) => action)).toEqual(['schedule.delete', 'schedule.create', 'schedule.patch', 'schedule.replace', 'schedule.create']); // prettier-ignore
    expect(JSON.stringify(found)).not.toContain('SECRET');
    expect(found[2].change.after).toEqual({ args: '[redacted]', kwargs: '[redacted]', headers: '[redacted]' });
  });

  it('has an id for each entry, whatever ids the requests bring', async () => {
    const api = await begin();
    const headers = { 'x-request-id': 'the-same-id' };
    for (let n = 0; n < 3; n++) await api.send('POST', `${BASE}/enable`, { as: 'operator', body: { ids: ['a'] }, headers });
    const found = await entries(api);
    expect(found.map(({ requestId }) => requestId)).toEqual(['the-same-id', 'the-same-id', 'the-same-id']);
    expect(new Set(found.map(({ id }) => id)).size).toBe(3);
  });

  it('is read page by page, and by actor, action and target', async () => {
    const api = await begin();
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) ids.push((await make(api, name)).body.id);
    await api.send('POST', `${BASE}/${ids[0]}/run`, { as: 'admin' });
    const targets: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Answer = await api.send(
        'GET',
        `/admin/v1/audit?limit=2&action=schedule.create${cursor === null ? '' : `&cursor=${cursor}`}`,
        { as: 'admin' },
      );
      targets.push(...page.body.items.map(({ target }: { target: string }) => target));
      cursor = page.body.next;
    } while (cursor !== null);
    expect(targets).toEqual([...ids].reverse());
    expect(await entries(api, '?actor=the%20admin')).toMatchObject([{ action: 'schedule.run' }]);
    expect(await entries(api, `?target=${ids[0]}`)).toHaveLength(2);
  });
});

describe('an audit log', () => {
  it('in memory keeps what was done, however much is refused', async () => {
    const api = await AdminApp.start();
    open.push(() => api.close());
    const { id } = (await make(api, 'nightly')).body;
    const tries = async (): Promise<void> => {
      for (let n = 0; n < 110; n++) await api.send('POST', `${BASE}/x/run`, { as: 'viewer' });
    };
    await Promise.all(Array.from({ length: 10 }, tries));
    expect(await entries(api, `?action=schedule.create`)).toMatchObject([{ target: id, outcome: 'done' }]);
    const refused = await entries(api, '?action=schedule.run&limit=200');
    expect(refused).toHaveLength(200);
    expect(refused.every(({ id: entry }, index) => index === 0 || entry < refused[index - 1].id)).toBe(true);
  });

  it('cuts a change that is too long', async () => {
    const api = await AdminApp.start();
    open.push(() => api.close());
    await api.send('POST', '/admin/v1/tasks/revoke', { as: 'operator', body: { ids: Array.from({ length: 900 }, (_, n) => `${n}${'x'.repeat(200)}`) } }); // prettier-ignore
    const [entry] = await entries(api);
    expect(entry).toMatchObject({ action: 'task.revoke', change: { tooLong: expect.any(Number), beginning: expect.any(String) } });
    expect(JSON.stringify(entry).length).toBeLessThan(5_000);
  });

  it('in the database is read through a repository, too', async () => {
    const database = await testDatabase('audited');
    open.push(() => database.drop());
    const source = await database.dataSource(auditEntities({ schema: 'audited' }));
    const api = await AdminApp.start({ queue: { keyPrefix: 'audited' }, admin: { audit: { database: source } } });
    open.unshift(() => api.close());
    await make(api, 'nightly \u0000');
    const { id } = (await make(api, 'nightly')).body;
    const [record, refused] = await source.getRepository(AuditRecordEntity).find({ order: { id: 'DESC' } });
    expect(record).toMatchObject({
      actor: 'the operator',
      role: 'operator',
      action: 'schedule.create',
      target: id,
      outcome: 'done',
      at: expect.any(Date),
    });
    expect(record!.change).toMatchObject({ after: { name: 'nightly' } });
    expect(refused).toMatchObject({ outcome: 'INVALID_OPTION', change: { after: { name: 'nightly \u0000' } } });
  });

  it('whose table is missing fails the boot', async () => {
    const database = await testDatabase('audited');
    open.push(() => database.drop());
    const starting = AdminApp.start({ queue: { keyPrefix: 'elsewhere' }, admin: { audit: { database: database.pool } } });
    await expect(starting).rejects.toMatchObject({ code: 'TABLE_UNUSABLE' });
  });

  it('of the application may fail: the request is answered, and the entry is logged', async () => {
    const audit: AuditLog = { record: () => Promise.reject(new Error('disk full')), list: () => Promise.reject(new Error('disk full')) };
    const api = await AdminApp.start({ admin: { audit } });
    open.push(() => api.close());
    expect(await make(api, 'nightly')).toMatchObject({ status: 201 });
    expect(api.log.messages('error')).toContain('The audit log could not be written');
    expect(await api.send('GET', '/admin/v1/audit', { as: 'admin' })).toMatchObject({ status: 500, body: { code: 'INTERNAL_ERROR' } });
  });
});
