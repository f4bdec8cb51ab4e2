import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TaskClient } from 'nestjs-task-queue';
import { AdminWorker } from './support/admin-worker.js';
import type { AdminApp, Caller } from './support/admin-app.js';
import { ENGINES } from './support/engines.js';

describe.each(ENGINES)('operations through the API, on $name', ({ name: engine, start }) => {
  let api: AdminApp;
  let close: () => Promise<void>;
  let worker: AdminWorker;

  beforeAll(async () => {
    ({ api, close } = await start({ queue: { resultExtended: true, trail: true } }));
    worker = await AdminWorker.start(api, { name: 'w@test', queues: ['default', 'kept'] });
  });
  afterAll(async () => {
    await worker.close();
    await close();
  });

  async function ask(method: string, path: string, body?: unknown, as: Caller = 'admin') {
    return api.send(method, `/admin/v1${path}`, { as, ...(body !== undefined && { body }) });
  }

  async function auditOf(target: string) {
    return (await ask('GET', `/audit?target=${encodeURIComponent(target)}`)).body.items;
  }

  const client = () => api.app.get(TaskClient);

  it('sends a task by name and returns its result', async () => {
    const call = {
      task: 'reports.send',
      args: [7, { a: ['b'] }],
      kwargs: { of: 'it' },
      priority: 8,
      tags: ['monthly'],
      headers: { tenant: 'acme' },
    };
    const sent = await ask('POST', '/tasks', call, 'operator');
    expect(sent).toMatchObject({ status: 202, body: { id: expect.any(String), deduplicated: false } });
    await client().result(sent.body.id).get();
    const found = await ask('GET', `/tasks/${sent.body.id}`, undefined, 'viewer');
    expect(found).toMatchObject({
      status: 200,
      body: { state: 'SUCCESS', place: null, retries: 0, worker: 'w@test', error: null, withheld: null },
    });
    expect(found.body.result).toEqual([7, { a: ['b'] }]);
    const [entry] = await auditOf(sent.body.id);
    expect(entry).toMatchObject({
      action: 'task.send',
      outcome: 'done',
      actor: { role: 'operator' },
      change: { task: 'reports.send', priority: 8 },
    });
    expect(JSON.stringify(entry)).not.toMatch(/acme|"of"/);
  });

  it('a task is sent for later and once, waits, and is revoked', async () => {
    const call = { task: 'reports.send', countdown: '1h', taskId: `own ${engine}`, queue: 'kept' };
    expect((await ask('POST', '/tasks', call)).body).toEqual({ id: `own ${engine}`, deduplicated: false });
    expect((await ask('POST', '/tasks', call)).body).toEqual({ id: `own ${engine}`, deduplicated: true });
    const path = `/tasks/${encodeURIComponent(`own ${engine}`)}`;
    expect((await ask('GET', path)).body).toMatchObject({ state: 'PENDING', place: 'delayed', queue: 'kept', reachedAt: null });
    expect(await ask('POST', `${path}/revoke`, {}, 'operator')).toMatchObject({ status: 202, body: { revoked: 1 } });
    await expect(client().result(`own ${engine}`).get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
    expect((await ask('GET', path)).body).toMatchObject({ state: 'REVOKED' });
  });

  it('reports errors of a call, whichever layer finds them', async () => {
    const eta = '2027-01-01T00:00:00Z';
    expect(await ask('POST', '/tasks', { task: 'a', eta, countdown: 5 })).toMatchObject({ status: 400, body: { code: 'INVALID_OPTION' } });
    expect(await ask('POST', '/tasks', { task: 'a', countdown: 1e300 })).toMatchObject({ status: 400, body: { code: 'INVALID_OPTION' } });
    expect(await ask('POST', '/tasks', { task: 'a', eta: 8.65e15 })).toMatchObject({ status: 400, body: { code: 'INVALID_OPTION' } });
    expect(await ask('POST', '/tasks', { task: 'a', countdown: 'soon' })).toMatchObject({ status: 400, body: { code: 'INVALID_OPTION' } });
    expect(await ask('POST', '/tasks', { task: 'a', queue: 'b', worker: 'c' })).toMatchObject({ status: 400 });
    expect(await ask('POST', '/tasks', { task: 'a', eta: 'soon' })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/eta' }] } });
    expect(await ask('PUT', '/rates/a', { rate: 'often' })).toMatchObject({ status: 400, body: { code: 'INVALID_OPTION' } });
  });

  it('finds a running task with its worker, hides redacted arguments, and aborts it', async () => {
    const id = await worker.running();
    expect((await ask('GET', `/tasks/${id}/holder`)).body).toEqual({ worker: 'w@test', state: 'active' });
    const { items } = (await ask('GET', '/workers/w%40test/active', undefined, 'viewer')).body;
    const hold = items.find((task: { id: string }) => task.id === id);
    expect(hold).toMatchObject({ task: 'reports.hold', args: "[ 'seen', '[redacted]' ]", ending: null, deadline: null });
    expect(Date.parse(hold.startedAt)).toBeGreaterThan(0);
    expect(await ask('POST', '/tasks/revoke', { ids: [id], terminate: true })).toMatchObject({ status: 202, body: { revoked: 1 } });
    await client().result(id).get({ propagate: false });
    expect(await ask('GET', `/tasks/${id}/holder?timeout=100`)).toMatchObject({ status: 404 });
  });

  it('queues are listed page by page, paused, resumed and purged', async () => {
    await worker.waiting('qa');
    await worker.waiting('qb');
    const first = (await ask('GET', '/queues?limit=1', undefined, 'viewer')).body;
    expect(first.items).toHaveLength(1);
    const rest = (await ask('GET', `/queues?cursor=${encodeURIComponent(first.next)}`)).body;
    const names = [...first.items, ...rest.items].map(({ name }) => name);
    expect(rest.next).toBeNull();
    expect(names).toEqual([...new Set(names)].sort((a, b) => (a < b ? -1 : 1)));
    expect(names).toEqual(expect.arrayContaining(['qa', 'qb']));
    expect(await ask('POST', '/queues/kept/pause', undefined, 'operator')).toMatchObject({ status: 200, body: { paused: true } });
    const { id } = await client().sendTask('reports.send', [], { queue: 'kept' });
    const kept = (await ask('GET', '/queues/kept')).body;
    expect(kept).toMatchObject({ name: 'kept', paused: true, lengths: { ready: 1, leased: 0 }, oldestAge: expect.any(Number) });
    expect((await ask('POST', '/queues/kept/resume')).body).toMatchObject({ paused: false });
    await client().result(id).get();
    expect((await ask('GET', '/queues/qa')).body).toMatchObject({ lengths: { ready: 0, delayed: 1 }, oldestAge: null });
    expect((await ask('POST', '/queues/qa/purge')).body).toEqual({ purged: 1 });
    expect((await auditOf('qa'))[0]).toMatchObject({ action: 'queue.purge', change: { purged: 1 } });
    const missing = await ask('POST', '/queues/qaa/purge');
    expect(missing).toMatchObject({ status: 404, body: { code: 'QUEUE_NOT_FOUND' } });
    expect(missing.body.detail).toContain("Did you mean 'qa'?");
  });

  it('dead letters are listed, redriven and purged; all of them only on explicit request', async () => {
    await ask('POST', '/dead-letters/purge', { all: true });
    const ids = [await worker.deadLetter(), await worker.deadLetter(), await worker.deadLetter()];
    const first = (await ask('GET', '/dead-letters?limit=2&task=reports.fail', undefined, 'viewer')).body;
    const second = (await ask('GET', `/dead-letters?limit=2&cursor=${encodeURIComponent(first.next)}`)).body;
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual([...ids].reverse());
    const letter = (await ask('GET', `/dead-letters/${ids[0]}`)).body;
    expect(letter).toMatchObject({ task: 'reports.fail', reason: 'failed', queue: 'default', args: [], redrives: 0 });
    expect(letter.attempts).toMatchObject([{ worker: 'w@test', error: { type: 'RangeError', message: 'no paper' } }]);
    expect(JSON.stringify(letter)).not.toContain('.ts:');
    expect((await ask('POST', `/dead-letters/${ids[0]}/redrive`, undefined, 'operator')).body).toEqual({ redriven: 1, refused: [] });
    await client().result(ids[0]!).get({ propagate: false });
    expect((await ask('GET', `/dead-letters/${ids[0]}`)).body).toMatchObject({ redrives: 1 });
    for (const choice of [{}, { all: true, queue: 'default' }, { all: false }]) {
      expect(await ask('POST', '/dead-letters/purge', choice)).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
    }
    expect(await ask('DELETE', `/dead-letters/${ids[0]}`)).toMatchObject({ status: 204, body: '' });
    expect((await ask('POST', '/dead-letters/purge', { reason: 'rejected' })).body).toEqual({ purged: 0 });
    expect((await ask('POST', '/dead-letters/purge', { until: '2126-01-01T00:00:00Z' })).body).toEqual({ purged: 2 });
    expect((await ask('POST', '/dead-letters/redrive', { all: true })).body).toEqual({ redriven: 0, refused: [] });
  });

  it('a worker describes itself and obeys commands', async () => {
    const { items } = (await ask('GET', '/workers?timeout=500', undefined, 'viewer')).body;
    expect(items).toMatchObject([
      { name: 'w@test', pid: process.pid, stopping: false, broker: engine, queues: ['default', 'kept', 'direct:w@test'] },
    ]);
    const at = '/workers/w%40test';
    const before = items[0].pool.concurrency;
    expect((await ask('POST', `${at}/pool-grow`, { by: 2 }, 'operator')).body).toEqual({ concurrency: before + 2 });
    expect((await ask('POST', `${at}/pool-shrink`, { by: 2 })).body).toEqual({ concurrency: before });
    expect(await ask('POST', `${at}/pool-shrink`, { by: before })).toMatchObject({ status: 400, body: { code: 'INVALID_OPTION' } });
    expect(await ask('POST', `${at}/time-limit`, { task: 'reports.hold', hard: '1s' })).toMatchObject({
      status: 409,
      body: { code: 'COMMAND_UNSUPPORTED' },
    });
    expect(await ask('POST', `${at}/time-limit`, { task: 'reports.hodl', soft: '1s' })).toMatchObject({
      status: 400,
      body: { code: 'TASK_UNKNOWN' },
    });
    expect(await ask('POST', `${at}/time-limit`, { task: 'reports.hold' })).toMatchObject({ status: 400 });
    expect((await ask('POST', `${at}/queues`, { queue: 'lent' })).body.items).toContainEqual({ name: 'lent', direct: false });
    expect((await ask('DELETE', `${at}/queues/lent`)).body.items).not.toContainEqual({ name: 'lent', direct: false });
    expect((await auditOf('w@test')).map(({ action }: { action: string }) => action)).toContain('worker.cancelConsumer');
    const conf = (await ask('GET', `${at}/conf`)).body;
    expect(conf.worker).toMatchObject({ name: 'w@test', queues: ['default', 'kept'] });
    expect(conf.queue.broker).not.toMatch(/:[^*/@]+@/);
  });

  it('a worker that is shut down answers and ends', async () => {
    const name = await worker.another();
    const path = `/workers/${encodeURIComponent(name)}`;
    expect(await ask('POST', `${path}/shutdown`)).toMatchObject({ status: 202 });
    let status = 200;
    while (status !== 504) ({ status } = await ask('GET', `${path}?timeout=50`));
    expect((await ask('GET', '/workers/w%40test')).status).toBe(200);
    expect((await auditOf(name))[0]).toMatchObject({ action: 'worker.shutdown', outcome: 'done' });
  });
});
