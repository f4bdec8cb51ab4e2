import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Body,
  Catch,
  Controller,
  ForbiddenException,
  Get,
  Injectable,
  Post,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { getTaskSchedulesToken, TaskQueueModule, type TaskSchedules } from 'nestjs-task-queue';
import { hashToken, TaskAdminModule, type AdminOptionsInput } from 'nestjs-task-queue/admin';
import { map } from 'rxjs';
import { RecordedLog } from '../nest/support/boot.js';
import { uniquePrefix } from '../support/services.js';
import { AdminApp, TOKENS, type AdminAppInput } from './support/admin-app.js';

@Controller()
class BlogController {
  @Get('posts')
  posts(): string[] {
    return ['first'];
  }

  @Get('*')
  rest(): string {
    return 'a page of the application';
  }

  @Post('posts')
  publish(@Body() body: object): object {
    return body;
  }
}

const open: AdminApp[] = [];

async function start(input?: AdminAppInput): Promise<AdminApp> {
  const api = await AdminApp.start({ controllers: [BlogController], ...input });
  open.push(api);
  return api;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((api) => api.close()));
});

const wrap: NestInterceptor = { intercept: (_, next: CallHandler) => next.handle().pipe(map((data: unknown) => ({ data }))) };
const nobody: CanActivate = {
  canActivate: () => {
    throw new ForbiddenException('the application says no');
  },
};

@Catch()
class Swallow implements ExceptionFilter {
  catch(_: unknown, host: Parameters<ExceptionFilter['catch']>[1]): void {
    host.switchToHttp().getResponse().status(418).send('swallowed');
  }
}

function dressUp(app: INestApplication): void {
  app.setGlobalPrefix('api/v7');
  app.useGlobalPipes({ transform: () => 'mangled' });
  app.useGlobalInterceptors(wrap);
  app.useGlobalGuards(nobody);
  app.useGlobalFilters(new Swallow());
  app.enableCors({ origin: true, credentials: true });
  app.enableVersioning();
}

const SCHEDULE = { name: 'nightly', task: 'reports.send', schedule: '0 2 * * *' };

describe.each([
  ['Express', undefined],
  ['Fastify', () => new FastifyAdapter() as never],
])('on %s, beside an application', (_, adapter) => {
  const beside = (setUp?: (app: INestApplication) => void) =>
    start({ ...(adapter && { adapter, admin: { docs: false } }), ...(setUp && { setUp }) });

  it('its prefix, pipes, interceptors, guards, filters and CORS do not affect the API', async () => {
    const api = await beside(dressUp);
    const made = await api.send('POST', '/admin/v1/schedules', { as: 'operator', body: SCHEDULE, headers: { origin: api.url } });
    expect(made).toMatchObject({ status: 201, body: { name: 'nightly', version: 1 } });
    expect(made.headers.get('etag')).toBe('"1"');
    expect(made.headers.get('access-control-allow-origin')).toBeNull();
    expect(await api.send('GET', '/admin/v1/nothing', { as: 'viewer' })).toMatchObject({ status: 404, body: { code: 'ROUTE_NOT_FOUND' } });
    expect(await api.send('GET', '/api/v7/posts')).toMatchObject({ status: 418 });
  });

  it('the routes of the application are not affected', async () => {
    const api = await beside();
    expect(await api.send('GET', '/posts')).toMatchObject({ status: 200, body: ['first'] });
    expect(await api.send('POST', '/posts', { body: { title: 'x' } })).toMatchObject({ status: 201, body: { title: 'x' } });
    for (const path of ['/administrator', '/admin2/v1/me', '/x/admin']) {
      expect(await api.send('GET', path)).toMatchObject({ status: 200, body: 'a page of the application' });
    }
  });

  it('errors are problem+json, without a stack', async () => {
    const api = await beside();
    const cases = [
      [{ body: '{"name"' }, 400],
      [{ body: { ...SCHEDULE, nmae: 1 } }, 400],
      [{ body: `"${'x'.repeat(300_000)}"` }, 413],
      [{ body: 'a=b', headers: { 'content-type': 'text/plain' } }, 415],
    ] as const;
    for (const [options, status] of cases) {
      const answer = await api.send('POST', '/admin/v1/schedules', { as: 'operator', ...options });
      expect(answer).toMatchObject({ status, body: { status, requestId: answer.headers.get('x-request-id') } });
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:|at \w+ \(/);
    }
    expect(await api.send('GET', '/admin/v1/schedules/%E0%A4%A', { as: 'viewer' })).toMatchObject({ status: 400 });
  });

  it('a body that would overflow the stack is refused, with an audit entry', async () => {
    const api = await beside();
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    for (const path of ['/admin/v1/schedules', '/admin/v1/schedules/preview', '/admin/v1/tasks']) {
      const body = `{ "name": "deep", "task": "reports.send", "schedule": "0 2 * * *", "args": ${deep} }`;
      const answer = await api.send('POST', path, { as: 'operator', body });
      expect(answer).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID', detail: expect.stringContaining('levels deep') } });
    }
    expect(api.log.messages('error')).toEqual([]);
    const { items } = (await api.send('GET', '/admin/v1/audit', { as: 'admin' })).body;
    expect(items.map(({ action, outcome }: Record<string, string>) => `${action} ${outcome}`)).toEqual([
      'task.send REQUEST_INVALID',
      'schedule.create REQUEST_INVALID',
    ]);
  });

  it('paths may contain names of the maximal length', async () => {
    const api = await beside();
    const taskId = 'x'.repeat(400);
    expect(await api.send('POST', '/admin/v1/tasks', { as: 'operator', body: { task: 'a', taskId } })).toMatchObject({ status: 202 });
    expect(await api.send('GET', `/admin/v1/tasks/${taskId}`, { as: 'viewer' })).toMatchObject({ status: 200, body: { id: taskId } });
  });

  it("the body limit is the API's own", async () => {
    const api = await beside();
    const body = { ...SCHEDULE, args: ['x'.repeat(200_000)] };
    expect(await api.send('POST', '/admin/v1/schedules', { as: 'operator', body })).toMatchObject({ status: 201 });
  });
});

describe('the path of the API', () => {
  it('is any path, a deep one too', async () => {
    const api = await start({ admin: { path: '/internal/tasks/' } });
    expect(await api.send('GET', '/internal/tasks/v1/me', { as: 'viewer' })).toMatchObject({ status: 200 });
    const { body: document } = await api.send('GET', '/internal/tasks/openapi.json', { as: 'viewer' });
    expect(Object.keys(document.paths)).toContain('/internal/tasks/v1/schedules');
  });

  it('can be one per queue instance', async () => {
    const imports = ['one', 'two'].flatMap((name) => {
      const auth = { tokens: [{ name, role: 'operator' as const, hash: hashToken(TOKENS.operator) }] };
      const path = `admin/${name}`;
      return [
        TaskQueueModule.forRoot({ name, broker: 'memory://', keyPrefix: uniquePrefix(name) }),
        TaskAdminModule.forRoot({ client: name, path, auth, docs: false }),
      ];
    });
    const app = (await Test.createTestingModule({ imports }).setLogger(new RecordedLog()).compile()).createNestApplication();
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const headers = { authorization: `Bearer ${TOKENS.operator}`, 'content-type': 'application/json' };
    await fetch(`${url}/admin/one/v1/schedules`, { method: 'POST', headers, body: JSON.stringify(SCHEDULE) });
    const made = async (name: string) => (await app.get<TaskSchedules>(getTaskSchedulesToken(name)).list({ limit: 9 })).schedules.length;
    expect([await made('one'), await made('two')]).toEqual([1, 0]);
    expect(await (await fetch(`${url}/admin/two/v1/me`, { headers })).json()).toEqual({ name: 'two', role: 'operator' });
    await app.close();
  });

  it('can be without Swagger UI, but has the document', async () => {
    const api = await start({ admin: { docs: false } });
    expect(await api.send('GET', '/admin/docs', { as: 'admin' })).toMatchObject({ status: 404, body: { code: 'ROUTE_NOT_FOUND' } });
    expect(await api.send('GET', '/admin/openapi.json', { as: 'viewer' })).toMatchObject({ status: 200, body: { openapi: '3.1.0' } });
  });

  it('keeps out an APP_GUARD, a ValidationPipe and body parsers of the application', async () => {
    @Injectable()
    class Nobody implements CanActivate {
      canActivate = () => false;
    }
    const api = await start({
      providers: [{ provide: APP_GUARD, useClass: Nobody }],
      setUp: (app) => app.useGlobalPipes(new ValidationPipeLike()),
    });
    expect(await api.send('POST', '/admin/v1/schedules', { as: 'operator', body: SCHEDULE })).toMatchObject({ status: 201 });
    expect(await api.send('GET', '/posts')).toMatchObject({ status: 403 });
  });

  it('uses a valid request id of the caller', async () => {
    const api = await start();
    const id = async (given: string) =>
      (await api.send('GET', '/admin/v1/me', { as: 'viewer', headers: { 'x-request-id': given } })).headers.get('x-request-id');
    expect(await id('trace-0123456789')).toBe('trace-0123456789');
    expect(await id('<script>alert(1)</script>')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['throws', ({ headers }) => (headers['x-forwarded-for'] as string).split(',')[0]],
    ['gives no text', () => ['10.0.0.1'] as never],
  ] as [string, NonNullable<AdminOptionsInput['clientAddress']>][])(
    'lets nobody in whose address %s, and says nothing of why',
    async (_, clientAddress) => {
      const api = await start({ admin: { clientAddress } });
      const answer = await api.send('GET', '/admin/v1/me', { headers: { authorization: `Bearer ${'x'.repeat(40)}` } });
      expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL_ERROR', requestId: answer.headers.get('x-request-id') } });
      expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
      expect(JSON.stringify(answer.body)).not.toMatch(/split|TypeError|\.ts/);
      expect(api.log.messages('error')).toEqual(['A request to the admin API failed']);
    },
  );

  it('distinguishes clients by the addresses from a trusted proxy', async () => {
    const attempts = { limit: 1, window: '1h' };
    const auth = { tokens: [{ name: 'ci', role: 'viewer' as const, hash: `sha256:${'0'.repeat(64)}` }], attempts };
    const api = await start({ admin: { auth }, setUp: (app) => app.getHttpAdapter().getInstance().set('trust proxy', 1) });
    const tryFrom = async (address: string) =>
      (await api.send('GET', '/admin/v1/me', { headers: { authorization: `Bearer ${'x'.repeat(40)}`, 'x-forwarded-for': address } }))
        .status;
    expect([await tryFrom('10.0.0.1'), await tryFrom('10.0.0.1'), await tryFrom('10.0.0.2')]).toEqual([401, 429, 401]);
    const ours = await start({ admin: { auth, clientAddress: ({ headers }) => String(headers['cf-connecting-ip']) } });
    const seen = async (address: string) =>
      (await ours.send('GET', '/admin/v1/me', { headers: { authorization: `Bearer ${'x'.repeat(40)}`, 'cf-connecting-ip': address } }))
        .status;
    expect([await seen('a'), await seen('a'), await seen('b')]).toEqual([401, 429, 401]);
  });
});

class ValidationPipeLike {
  transform(): never {
    throw new ForbiddenException('a pipe of the application');
  }
}
