import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { ENGINES } from './support/engines.js';
import type { AdminApp, Answer, Caller } from './support/admin-app.js';
import { AdminWorker } from './support/admin-worker.js';
import type { TestedRoute } from './support/operation-routes.js';
import { pathOf, roleBelow, ROUTES } from './support/routes.js';

const title = ({ method, path }: TestedRoute) => `${method} ${path}`;
const CASES = ROUTES.map((route) => [title(route), route] as const);
const WITH_BODY = CASES.filter(([, { body }]) => body !== undefined);
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

describe.each(ENGINES)('every route, on $name', ({ start }) => {
  let api: AdminApp;
  let close: () => Promise<void>;
  let worker: AdminWorker;
  let made = 0;

  beforeAll(async () => {
    ({ api, close } = await start());
    worker = await AdminWorker.start(api, { name: 'w@test' });
  });
  afterAll(async () => {
    await worker.close();
    await close();
  });

  async function send(route: TestedRoute, as: Caller | undefined, { body = route.body as unknown, headers = {} } = {}): Promise<Answer> {
    const path = route.path.includes('{') ? pathOf(route.path, await makeParams(route)) : route.path;
    const precondition: Record<string, string> = route.edits ? { 'if-match': '"1"' } : {};
    return api.send(route.method, `/admin${path}${route.query ?? ''}`, {
      ...(as && { as }),
      ...(body !== undefined && { body }),
      headers: { ...precondition, ...headers },
    });
  }

  async function makeParams({ params }: TestedRoute): Promise<Record<string, string>> {
    return params === undefined ? { id: await makeSchedule() } : params(worker);
  }

  async function makeSchedule(): Promise<string> {
    const body = { name: `made ${++made}`, task: 'reports.send', schedule: { every: '1h' } };
    return (await api.send('POST', '/admin/v1/schedules', { as: 'operator', body })).body.id;
  }

  it.each(CASES)('%s is closed to those without a token', async (_, route) => {
    const answer = await send(route, undefined);
    expect(answer).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED', status: 401 } });
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm=/);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it.each(CASES)('%s is closed to those with a wrong token', async (_, route) => {
    expect(await send(route, undefined, { headers: { authorization: `Bearer ${'x'.repeat(47)}` } })).toMatchObject({ status: 401 });
  });

  it.each(CASES.filter(([, { role }]) => roleBelow(role)))('%s is closed to the role below', async (_, route) => {
    expect(await send(route, roleBelow(route.role))).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
  });

  it.each(CASES)('%s answers callers with the role', async (_, route) => {
    const answer = await send(route, route.role);
    expect(answer).toMatchObject({ status: route.answers });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each(WITH_BODY)('%s names the error in a body', async (_, route) => {
    const { body, pointer } = route.bad!;
    expect(await send(route, route.role, { body })).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });

  it.each(WITH_BODY)('%s refuses an unknown field with "did you mean"', async (_, route) => {
    const [field] = Object.keys(route.body!);
    const answer = await send(route, route.role, { body: { ...route.body, [`${field}x`]: 1 } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID', errors: [{ pointer: `/${field}x` }] } });
    expect(answer.body.detail).toContain(`Did you mean '${field}'?`);
  });

  it.each(WITH_BODY)('%s refuses bodies that are not JSON, or too large', async (_, route) => {
    expect(await send(route, route.role, { body: '{"name":' })).toMatchObject({ status: 400 });
    expect(await send(route, route.role, { body: 'a=b', headers: { 'content-type': 'text/plain' } })).toMatchObject({ status: 415 });
    expect(await send(route, route.role, { body: `"${'x'.repeat(300_000)}"` })).toMatchObject({ status: 413 });
  });

  it.each(CASES.filter(([, { edits }]) => edits))('%s is refused without If-Match, and with one that is stale', async (_, route) => {
    expect(await send(route, route.role, { headers: { 'if-match': '' } })).toMatchObject({ status: 428 });
    expect(await send(route, route.role, { headers: { 'if-match': '1' } })).toMatchObject({ status: 400 });
    expect(await send(route, route.role, { headers: { 'if-match': '"7"' } })).toMatchObject({
      status: 412,
      body: { code: 'SCHEDULE_STALE' },
    });
    expect(await send(route, route.role, { headers: { 'if-match': 'W/"1"' } })).toMatchObject({ status: 412 });
  });

  it.each(CASES.filter(([, { path, params }]) => path.includes('{id}') && !params))(
    '%s says when there is no such schedule',
    async (_, route) => {
      const gone = { ...route, path: route.path.replace('{id}', 'gone') };
      expect(await send(gone, route.role)).toMatchObject({ status: 404, body: { code: 'SCHEDULE_NOT_FOUND' } });
    },
  );

  it.each(CASES.filter(([, { missing }]) => missing))('%s answers 404 for a missing target', async (_, route) => {
    const { params, query, status, code } = route.missing!;
    expect(await send({ ...route, path: pathOf(route.path, params), ...(query && { query }) }, route.role)).toMatchObject({
      status,
      body: { code },
    });
  });

  it('the OpenAPI document is valid, names each route of these tests and no other', async () => {
    const { body: document } = await api.send('GET', '/admin/openapi.json', { as: 'viewer' });
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
    const named = Object.entries(document.paths as Record<string, object>).flatMap(([path, item]) =>
      METHODS.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path.replace('/admin', '')}`),
    );
    expect(named.sort()).toEqual(ROUTES.map(title).sort());
    const mapped = api.log.messages('log').flatMap((line) => /^Mapped \{\/admin(.*), (\w+)\} route$/.exec(line) ?? []);
    const mounted = mapped
      .filter((_, at) => at % 3 === 0)
      .map((_, at) => `${mapped[at * 3 + 2]} ${mapped[at * 3 + 1]!.replace(/:(\w+)/g, '{$1}')}`);
    expect(mounted.sort()).toEqual(ROUTES.map(title).sort());
  });
});
