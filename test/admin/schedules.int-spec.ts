import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AdminApp, type Answer } from './support/admin-app.js';
import { ENGINES } from './support/engines.js';

const BASE = '/admin/v1/schedules';

describe.each(ENGINES)('schedules through the API, on $name', ({ start }) => {
  let api: AdminApp;
  let close: () => Promise<void>;
  let made = 0;

  beforeAll(async () => {
    ({ api, close } = await start());
  });
  afterAll(() => close());

  const body = (fields: object = {}) => ({ name: `schedule ${++made}`, task: 'reports.send', schedule: { every: '1h' }, ...fields });
  const create = (fields?: object): Promise<Answer> => api.send('POST', BASE, { as: 'operator', body: body(fields) });
  const get = (path: string): Promise<Answer> => api.send('GET', `${BASE}${path}`, { as: 'viewer' });
  const post = (path: string, sent?: object): Promise<Answer> =>
    api.send('POST', `${BASE}${path}`, { as: 'operator', ...(sent && { body: sent }) });
  const edit = (method: string, id: string, version: string, sent?: object): Promise<Answer> =>
    api.send(method, `${BASE}/${id}`, { as: 'admin', ...(sent && { body: sent }), headers: { 'if-match': version } });

  it('a created schedule is returned with its version, and found again', async () => {
    const sent = {
      schedule: { crontab: { hour: '9-17' }, timezone: 'Europe/Paris' },
      args: [1, { a: null }],
      startTime: '2030-01-01T00:00:00+01:00',
    };
    const answer = await create({ name: 'office', ...sent });
    expect(answer).toMatchObject({
      status: 201,
      body: { name: 'office', version: 1, source: 'api', enabled: true, args: [1, { a: null }] },
    });
    expect(answer.body).toMatchObject({
      startTime: '2029-12-31T23:00:00.000Z',
      schedule: { type: 'crontab', hour: '9-17', timezone: 'Europe/Paris' },
    });
    expect(answer.body.scheduleText).toContain('Europe/Paris');
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(await get(`/${answer.body.id}`)).toMatchObject({ status: 200, body: answer.body });
    expect(await create({ name: 'office' })).toMatchObject({ status: 409, body: { code: 'SCHEDULE_NAME_TAKEN' } });
  });

  it.each([
    ['an impossible line of cron', { schedule: '31 2 30 2 *' }, 'SCHEDULE_NEVER_DUE', 'day'],
    ['an unknown zone', { schedule: { cron: '0 2 * * *', timezone: 'Asia/Ho_Chi_Min' } }, 'TIMEZONE_UNKNOWN', 'Asia/Ho_Chi_Minh'],
    ['an interval and a crontab', { schedule: { every: '1h', crontab: {} } }, 'SCHEDULE_INVALID', 'exactly one'],
    ['a negative interval', { schedule: { every: -5 } }, 'INVALID_OPTION', 'not negative'],
    ['an instant that is past', { schedule: { clocked: '2020-01-01T00:00:00Z' } }, 'SCHEDULE_NEVER_DUE', 'passed'],
    ['a field of cron that is misspelt', { schedule: { crontab: { minuet: '5' } } }, 'UNKNOWN_OPTION', "Did you mean 'minute'?"],
    ['both ways to expire', { expires: '2030-01-01T00:00:00Z', expireSeconds: 5 }, 'INVALID_OPTION', 'expireSeconds'],
    ['an interval that leads beyond all dates', { schedule: { every: 9e15 } }, 'SCHEDULE_INVALID', '100 years'],
    ['a start beyond all dates', { startTime: 8.64e15 }, 'SCHEDULE_INVALID', '9999'],
    ['a jitter that leads there', { jitter: 1e300 }, 'INVALID_OPTION', '100 years'],
    ['a lifetime that no store can hold', { expireSeconds: 2 ** 31 }, 'INVALID_OPTION', '68 years'],
    ['what is no duration', { jitter: '5 parsecs' }, 'INVALID_OPTION', 'jitter'],
    ['a name that is none', { name: '' }, 'INVALID_OPTION', 'name'],
  ])('%s is refused, and it is said why', async (_, fields, code, hint) => {
    const answer = await create(fields);
    expect(answer).toMatchObject({
      status: 400,
      body: { code, type: expect.stringMatching(new RegExp(`:error:${code.toLowerCase()}$`)) },
    });
    expect(answer.body.detail).toContain(hint);
  });

  it('an interval below minInterval is refused, and said how to lower it', async () => {
    expect(await create({ schedule: { every: 999 } })).toMatchObject({ status: 400, body: { code: 'SCHEDULE_INVALID', detail: expect.stringContaining('minInterval') } }); // prettier-ignore
    const { id } = (await create({ schedule: { every: '1s' } })).body;
    for (const method of ['PUT', 'PATCH'] as const) {
      const answer = await edit(method, id, '*', { name: 'short', task: 'reports.send', schedule: { every: 1 } });
      expect(answer).toMatchObject({ status: 400, body: { code: 'SCHEDULE_INVALID' } });
    }
  });

  it('values that no store can hold are refused in every field', async () => {
    for (const field of ['name', 'task', 'queue', 'description']) expect(await create({ [field]: 'a\0b' })).toMatchObject({ status: 400 });
    for (const path of ['/a%00b', '?search=%00', '?cursor=%00', '/a%00b/history']) expect(await get(path)).toMatchObject({ status: 400 });
    expect(await create({ args: ['a\0b', '\ud800'], kwargs: { 'k\0': 1 } })).toMatchObject({ status: 201 });
  });

  it('PUT restores defaults, PATCH keeps absent fields', async () => {
    const { id, name } = (await create({ jitter: '5s', description: 'mine', queue: 'slow' })).body;
    const patched = await edit('PATCH', id, '"1"', { description: 'ours', enabled: false });
    expect(patched).toMatchObject({ status: 200, body: { version: 2, jitter: 5_000, description: 'ours', queue: 'slow', enabled: false } });
    expect(patched.headers.get('etag')).toBe('"2"');
    const put = await edit('PUT', id, '"2"', { name, task: 'other', schedule: patched.body.schedule });
    expect(put).toMatchObject({ status: 200, body: { version: 3, task: 'other', jitter: 0, description: '', queue: null, enabled: true } });
    const unset = await edit('PUT', id, '"3"', put.body);
    expect(unset).toMatchObject({
      status: 400,
      body: { errors: expect.arrayContaining([{ pointer: '/nextRunAt', detail: 'It cannot be set.' }]) },
    });
  });

  it('of concurrent edits of one version exactly one succeeds', async () => {
    const { id } = (await create()).body;
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => edit('PATCH', id, '"1"', { description: `edit ${n}` })));
    const taken = answers.filter(({ status }) => status === 200);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, ...Array<number>(11).fill(412)]);
    expect((await get(`/${id}`)).body).toMatchObject({ version: 2, description: taken[0]!.body.description });
    expect(await edit('PATCH', id, '*', { description: 'whatever is there' })).toMatchObject({ status: 200, body: { version: 3 } });
    expect(await edit('DELETE', id, '"2"')).toMatchObject({ status: 412 });
    expect(await edit('DELETE', id, '"3"')).toMatchObject({ status: 204 });
    expect(await get(`/${id}`)).toMatchObject({ status: 404 });
  });

  it('concurrent edits of any version all succeed, and none undoes another', async () => {
    const { id } = (await create()).body;
    const edits = [{ description: 'mine' }, { jitter: 5 }, { queue: 'slow' }, { priority: 3 }, { timezone: 'UTC' }, { catchUp: 'all' }];
    const answers = await Promise.all(edits.map((fields) => edit('PATCH', id, '*', fields)));
    expect(answers.map(({ status }) => status)).toEqual(edits.map(() => 200));
    expect((await get(`/${id}`)).body).toMatchObject({ version: 7, ...Object.assign({}, ...edits) });
  });

  it('lists each schedule once, page by page, and by filter', async () => {
    const task = 'paging.task';
    const all = await Promise.all(
      ['c', 'a', 'd', 'b', 'e'].map((letter) => create({ name: `page ${letter}`, task, enabled: letter !== 'd', queue: 'q' })),
    );
    const names: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Answer = await get(`?task=${task}&limit=2${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`);
      names.push(...page.body.items.map(({ name }: { name: string }) => name));
      cursor = page.body.next;
    } while (cursor !== null);
    expect(names).toEqual(['page a', 'page b', 'page c', 'page d', 'page e']);
    const found = async (query: string) => (await get(`?task=${task}&${query}`)).body.items.length;
    expect([await found('enabled=false'), await found('enabled=true'), await found('broken=true'), await found('source=api')]).toEqual([
      1, 4, 0, 5,
    ]);
    expect([await found('search=PAGE'), await found('name=page%20a'), await found('queue=q'), await found('queue=other')]).toEqual([
      5, 1, 5, 0,
    ]);
    expect(await get('?cursor=nonsense')).toMatchObject({ status: 200 });
    const ids = all.map(({ body: { id } }) => id);
    expect(await post('/disable', { ids: [...ids, 'nobody'] })).toMatchObject({ status: 200, body: { changed: 4 } });
    expect(await found('enabled=false')).toBe(5);
    expect(await post('/enable', { ids })).toMatchObject({ body: { changed: 5 } });
  });

  it('disabling and enabling are idempotent', async () => {
    const { id } = (await create()).body;
    expect(await post(`/${id}/disable`)).toMatchObject({ status: 200, body: { enabled: false, version: 2 } });
    expect(await post(`/${id}/disable`)).toMatchObject({ status: 200, body: { enabled: false, version: 2 } });
    const enabled = await post(`/${id}/enable`);
    expect(enabled).toMatchObject({ status: 200, body: { enabled: true, version: 3 } });
    expect(await edit('PATCH', id, enabled.headers.get('etag')!, { description: 'ours' })).toMatchObject({ status: 200 });
  });

  it('a run is sent at once, a past range is sent once, and history names both', async () => {
    const { id } = (await create({ enabled: false })).body;
    const run = await post(`/${id}/run`);
    expect(run).toMatchObject({ status: 202, body: { taskId: expect.any(String) } });
    const past = { from: '2026-01-01T00:00:00Z', to: '2026-01-01T03:00:00Z' };
    expect(await post(`/${id}/backfill`, past)).toMatchObject({ status: 202, body: { sent: 4, known: 0, isCut: false } });
    expect(await post(`/${id}/backfill`, { ...past, limit: 2 })).toMatchObject({ status: 202, body: { sent: 0, known: 2, isCut: true } });
    expect(await post(`/${id}/backfill`, { from: past.to, to: past.from })).toMatchObject({ status: 400 });
    const { items, next } = (await get(`/${id}/history?limit=4`)).body;
    expect(items.map(({ cause }: { cause: string }) => cause)).toEqual(['backfill', 'backfill', 'backfill', 'backfill']);
    expect((await get(`/${id}/history?cursor=${encodeURIComponent(next)}`)).body).toMatchObject({
      items: [{ seq: 1, cause: 'manual', outcome: 'sent', runId: run.body.taskId }],
      next: null,
    });
  });

  it('shows the next ticks of a stored and of an unsaved schedule', async () => {
    const schedule = { cron: '0 2 * * *', timezone: 'Asia/Ho_Chi_Minh' };
    const after = '2027-03-01T00:00:00Z';
    const ticks = ['2027-03-01T19:00:00.000Z', '2027-03-02T19:00:00.000Z'];
    const { id } = (await create({ schedule })).body;
    expect(await get(`/${id}/preview?count=2&after=${after}`)).toMatchObject({ status: 200, body: { ticks } });
    expect(await post('/preview', { schedule, count: 2, after })).toMatchObject({ status: 200, body: { ticks } });
    expect(await post('/preview', { schedule, count: 2, after, oneOff: true })).toMatchObject({ body: { ticks: ticks.slice(0, 1) } });
    expect(await post('/preview', { schedule: '31 2 30 2 *' })).toMatchObject({ status: 400, body: { code: 'SCHEDULE_NEVER_DUE' } });
  });
});
