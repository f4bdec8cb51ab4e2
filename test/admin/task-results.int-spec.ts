import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { TaskClient, type ClientOptionsInput } from 'nestjs-task-queue';
import { uniquePrefix } from '../support/services.js';
import { testDatabase, type TestDatabase } from '../transactions/support.js';
import { AdminApp } from './support/admin-app.js';
import { AdminWorker } from './support/admin-worker.js';

describe('results through the API', () => {
  let database: TestDatabase | undefined;
  let api: AdminApp;
  let worker: AdminWorker;

  afterEach(async () => {
    await worker.close();
    await api.close();
    await database?.drop();
    database = undefined;
  });

  async function open(queue: Partial<ClientOptionsInput>, broker?: string): Promise<void> {
    api = await AdminApp.start({ ...(broker && { broker }), queue });
    worker = await AdminWorker.start(api, { name: 'w@test' }, queue);
  }

  const get = (path: string) => api.send('GET', `/admin/v1${path}`, { as: 'viewer' });
  const client = () => api.app.get(TaskClient);

  it('are searched page by page if they are stored in tables', async () => {
    const keyPrefix = uniquePrefix('admin').replace('-', '_');
    database = await testDatabase(keyPrefix);
    const typeorm = await database.dataSource();
    await open({ keyPrefix, results: { typeorm }, resultExtended: true }, database.url);
    const sent = await Promise.all(
      [1, 2, 3].map((n) => client().sendTask('reports.send', [n], { tags: [n === 2 ? 'even' : 'odd'], kwargs: { n } })),
    );
    for (const one of sent) await one.get();
    await worker.deadLetter();
    const failed = (await get('/tasks?state=FAILURE')).body.items;
    expect(failed).toMatchObject([{ name: 'reports.fail', error: { type: 'RangeError', message: 'no paper' }, worker: 'w@test' }]);
    const first = (await get('/tasks?name=reports.send&limit=2')).body;
    const second = (await get(`/tasks?name=reports.send&limit=2&cursor=${first.next}`)).body;
    expect([...first.items, ...second.items].map(({ id }: { id: string }) => id).sort()).toEqual(sent.map(({ id }) => id).sort());
    const [even] = (await get('/tasks?tag=even')).body.items;
    expect(even).toMatchObject({
      id: sent[1]!.id,
      state: 'SUCCESS',
      result: [2],
      args: [2],
      kwargs: { n: 2 },
      queue: 'default',
      withheld: null,
    });
    expect((await get(`/tasks/${sent[1]!.id}`)).body).toMatchObject({ ...even, place: null });
    expect((await get('/tasks?from=2126-01-01T00:00:00Z')).body).toEqual({ items: [], next: null });
    const cursors = [
      ['foo 1', 'x'],
      ['1', 'x'],
      ['+275760-09-13T00:00:00.000Z', 'x'],
      ['-000001-01-01T00:00:00Z', ''],
      ['2026-02-30 00:00:00+00', 'x'],
      ['2026-02-28 24:00:00+00', 'x'],
      ['2026-02-28 00:00:00+99', 'x'],
      ['2026-02-28 00:00:00+00', 'a\0b'],
    ].map((cursor) => Buffer.from(JSON.stringify(cursor)).toString('base64url'));
    for (const cursor of ['nonsense', ...cursors]) {
      expect(await get(`/tasks?cursor=${cursor}`)).toMatchObject({ status: 400, body: { code: 'INVALID_OPTION' } });
    }
    expect(await get('/tasks?form=2126')).toMatchObject({ status: 400, body: { errors: [{ parameter: 'form' }] } });
  });

  it('do not show encrypted data', async () => {
    await open({ encrypt: { keys: [{ id: 'a', key: randomBytes(32).toString('base64') }] }, resultExtended: true });
    const sent = await client().sendTask('reports.send', ['a secret']);
    expect(await sent.get()).toEqual(['a secret']);
    const found = await get(`/tasks/${sent.id}`);
    expect(found.body).toMatchObject({ state: 'SUCCESS', result: null, args: null, withheld: 'encrypted' });
    const dead = await worker.deadLetter(['a secret']);
    expect((await get(`/tasks/${dead}`)).body).toMatchObject({ state: 'FAILURE', error: null, withheld: 'encrypted' });
    const letter = await get(`/dead-letters/${dead}`);
    expect(letter.body).toMatchObject({ task: 'reports.fail', args: null, kwargs: null });
    expect(JSON.stringify([found.body, letter.body])).not.toContain('secret');
  });

  it('of any serializer are JSON, with tags for other values', async () => {
    await open({ serializer: 'extended-json' });
    const sent = await client().sendTask('reports.send', [new Date(0), 7n, new Map([['a', new Set([1])]])]);
    await sent.get();
    const { result } = (await get(`/tasks/${sent.id}`)).body;
    expect(result).toEqual([{ $date: '1970-01-01T00:00:00.000Z' }, { $bigint: '7' }, { $map: [['a', { $set: [1] }]] }]);
  });
});
