import { afterEach, describe, expect, it } from '@jest/globals';
import { All, Controller, Injectable, Module, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { FakeClock } from 'nestjs-task-queue/testing';
import { TaskQueueModule } from 'nestjs-task-queue';
import { generateToken, hashToken, TaskAdminModule, type AdminOptionsInput } from 'nestjs-task-queue/admin';
import { cheapHash } from './support/cheap-hash.js';
import { AdminApp, TOKENS, type AdminAppInput } from './support/admin-app.js';

const open: AdminApp[] = [];

async function start(input?: AdminAppInput): Promise<AdminApp> {
  const api = await AdminApp.start(input);
  open.push(api);
  return api;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((api) => api.close()));
});

const PASSWORD = 'correct horse battery';
const basic = (user: string, password: string) => ({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` });
const users = () => [{ name: 'ada', role: 'admin' as const, hash: cheapHash(PASSWORD) }];

describe('access to the API', () => {
  it('is refused without auth, and the error names what to pass', () => {
    const forRoot = (options: unknown) => () => TaskAdminModule.forRoot(options as AdminOptionsInput);
    for (const options of [undefined, {}, { auth: undefined }, { auth: {} }, { auth: { tokens: [], users: [] } }]) {
      expect(forRoot(options)).toThrow(expect.objectContaining({ code: 'ADMIN_UNGUARDED', message: expect.stringContaining('hashToken') }));
    }
  });

  it('does not accept a plain secret as configuration, and does not repeat it', () => {
    const secret = 'hunter2';
    for (const list of ['tokens', 'users']) {
      const forRoot = () => TaskAdminModule.forRoot({ auth: { [list]: [{ name: 'ci', role: 'admin', hash: secret }] } });
      expect(forRoot).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message: expect.not.stringContaining(secret) }));
    }
    expect(() => hashToken(secret)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.not.stringContaining(secret) }),
    );
  });

  it('names a misspelt option', () => {
    const tokens = [{ name: 'ci', role: 'admin' as const, hash: hashToken(generateToken()) }];
    expect(() => TaskAdminModule.forRoot({ auth: { tokens }, pth: 'x' } as never)).toThrow("Did you mean 'path'?");
    expect(() => TaskAdminModule.forRoot({ auth: { tokens, attempt: {} } } as never)).toThrow("Did you mean 'attempts'?");
    expect(() => TaskAdminModule.forRoot({ auth: { tokens }, path: 'a b' })).toThrow("'path'");
    expect(() => TaskAdminModule.forRoot({ auth: { tokens: [...tokens, ...tokens] } })).toThrow("'ci'");
  });

  it('is checked for documents and unknown routes, too', async () => {
    const api = await start();
    for (const path of [
      '/admin',
      '/admin/docs',
      '/admin/docs/',
      '/admin/docs/swagger-ui-init.js',
      '/admin/openapi.json',
      '/admin/v1/nothing',
    ]) {
      expect(await api.send('GET', path)).toMatchObject({ status: 401 });
    }
    expect(await api.send('GET', '/admin/docs', { as: 'viewer' })).toMatchObject({
      status: 200,
      body: expect.stringContaining('swagger-ui'),
    });
    expect(await api.send('GET', '/admin/v1/nothing', { as: 'viewer' })).toMatchObject({
      status: 404,
      body: { code: 'ROUTE_NOT_FOUND', detail: expect.stringContaining('GET /admin/v1/nothing') },
    });
  });

  it('accepts passwords by basic authentication, which browsers support', async () => {
    const api = await start({ admin: { auth: { users: users() } } });
    const refused = await api.send('GET', '/admin/docs');
    expect(refused.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    expect(await api.send('GET', '/admin/v1/me', { headers: basic('ada', PASSWORD) })).toMatchObject({
      status: 200,
      body: { name: 'ada', role: 'admin' },
    });
    for (const [user, password] of [
      ['ada', 'wrong'],
      ['eve', PASSWORD],
      ['', PASSWORD],
      ['ada', ''],
    ] as const) {
      expect(await api.send('GET', '/admin/v1/me', { headers: basic(user, password) })).toMatchObject({ status: 401 });
    }
  });

  it('ignores a header that is not a credential', async () => {
    const api = await start();
    for (const authorization of [
      'Bearer',
      `Token ${TOKENS.admin}`,
      `Bearer ${'x'.repeat(5_000)}`,
      `bearer  ${TOKENS.admin} x`,
      'Basic !!',
    ]) {
      expect(await api.send('GET', '/admin/v1/me', { headers: { authorization } })).toMatchObject({ status: 401 });
    }
    expect(await api.send('GET', '/admin/v1/me', { headers: { authorization: `bearer ${TOKENS.admin}` } })).toMatchObject({ status: 200 });
  });

  it('counts wrong credentials of an address, and blocks it until the window ends', async () => {
    const clock = new FakeClock();
    const token = generateToken();
    const auth = {
      tokens: [{ name: 'ci', role: 'viewer' as const, hash: hashToken(token) }],
      users: users(),
      attempts: { limit: 3, window: '1m' },
    };
    const api = await start({ admin: { auth }, clock });
    const wrong = () => api.send('GET', '/admin/v1/me', { headers: basic('ada', 'not the password') });
    for (let i = 0; i < 3; i++) expect(await wrong()).toMatchObject({ status: 401 });
    const locked = await wrong();
    expect(locked).toMatchObject({ status: 429, body: { code: 'TOO_MANY_ATTEMPTS' } });
    expect(Number(locked.headers.get('retry-after'))).toBe(60);
    const right = () => api.send('GET', '/admin/v1/me', { headers: basic('ada', PASSWORD) });
    expect(await right()).toMatchObject({ status: 429 });
    expect(await api.send('GET', '/admin/v1/me', { headers: { authorization: `Bearer ${generateToken()}` } })).toMatchObject({
      status: 429,
    });
    expect(await api.send('GET', '/admin/v1/me', { headers: { authorization: `Bearer ${token}` } })).toMatchObject({ status: 200 });
    expect(await api.send('GET', '/admin/v1/me')).toMatchObject({ status: 401 });
    await clock.advance('61s');
    expect(await right()).toMatchObject({ status: 200 });
  });

  it('counts concurrent wrong credentials one by one, and right ones not at all', async () => {
    const auth = { users: users(), attempts: { limit: 2, window: '1h' } };
    const api = await start({ admin: { auth } });
    const statuses = async (passwords: string[]) =>
      (await Promise.all(passwords.map((password) => api.send('GET', '/admin/v1/me', { headers: basic('ada', password) })))).map(
        ({ status }) => status,
      );
    expect(await statuses([PASSWORD, PASSWORD, PASSWORD, PASSWORD])).toEqual([200, 200, 200, 200]);
    expect((await statuses(['a', 'b', 'c', 'd', 'e'])).toSorted((a, b) => a - b)).toEqual([401, 401, 429, 429, 429]);
    expect(await statuses([PASSWORD])).toEqual([200]);
  });
});

describe('a request from another site in a browser', () => {
  const body = { ids: ['a'] };

  it('may read, but changes nothing', async () => {
    const api = await start();
    const { host } = new URL(api.url);
    const post = (headers: object) => api.send('POST', '/admin/v1/schedules/enable', { as: 'operator', body, headers: { ...headers } });
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ]) {
      expect(await post(headers)).toMatchObject({ status: 403, body: { code: 'CROSS_SITE_REFUSED' } });
    }
    for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }, { origin: `http://${host}` }, {}]) {
      expect(await post(headers)).toMatchObject({ status: 200 });
    }
    expect(await api.send('GET', '/admin/v1/me', { as: 'viewer', headers: { 'sec-fetch-site': 'cross-site' } })).toMatchObject({
      status: 200,
    });
  });

  it('cannot send a form', async () => {
    const api = await start();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await api.send('POST', '/admin/v1/schedules/enable', { as: 'operator', body: 'ids=a', headers });
    expect(answer).toMatchObject({ status: 415, body: { code: 'MEDIA_TYPE_UNSUPPORTED' } });
  });
});

@Injectable()
class People {
  readonly roles: Record<string, 'viewer' | 'admin'> = { ada: 'admin', bob: 'viewer' };
}

@Injectable()
class SignedIn implements CanActivate {
  constructor(private readonly people: People) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest();
    if (request.headers['x-person'] === 'mallory') throw new Error('the directory is down: ldap://secret');
    request.person = request.headers['x-person'];
    return request.person in this.people.roles || request.person === 'carol';
  }
}

describe("a guard of the application's own", () => {
  const roles = new People().roles;
  const auth = {
    guard: SignedIn,
    actor: ({ person }: { person: string }) => (roles[person] === undefined ? null : { name: person, role: roles[person] }),
  };
  const as = (person: string) => ({ headers: { 'x-person': person } });

  it('decides with its own dependencies, and returns the actor', async () => {
    const api = await start({ admin: { auth }, providers: [People, SignedIn] });
    expect(await api.send('GET', '/admin/v1/me', as('ada'))).toMatchObject({ status: 200, body: { name: 'ada', role: 'admin' } });
    expect(await api.send('GET', '/admin/v1/audit', as('bob'))).toMatchObject({ status: 403 });
    expect(await api.send('GET', '/admin/docs', as('bob'))).toMatchObject({ status: 200 });
    expect(await api.send('GET', '/admin/v1/me', as('eve'))).toMatchObject({ status: 401 });
    expect(await api.send('GET', '/admin/docs', as('eve'))).toMatchObject({ status: 401 });
    expect(await api.send('GET', '/admin/v1/me', as('carol'))).toMatchObject({ status: 403 });
  });

  it('that no module provides fails the boot, by its name', async () => {
    await expect(AdminApp.start({ admin: { auth } })).rejects.toThrow(/auth.guard.*SignedIn/);
  });

  it('that fails denies access, and its error is only logged', async () => {
    const api = await start({ admin: { auth }, providers: [People, SignedIn] });
    const answer = await api.send('GET', '/admin/v1/me', as('mallory'));
    expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL_ERROR' } });
    expect(JSON.stringify(answer.body)).not.toMatch(/ldap|at |\.ts/);
    expect(api.log.messages('error')).toContain('A request to the admin API failed');
  });

  it("runs before the application's routes, and gets bodies that its parser has read", async () => {
    @Controller()
    class CatchAll {
      @All('*path')
      all(): string {
        return 'a page of the application';
      }
    }
    const api = await start({ admin: { auth }, providers: [People, SignedIn], controllers: [CatchAll] });
    const body = { name: 'nightly', task: 'reports.send', schedule: '0 2 * * *' };
    expect(await api.send('POST', '/admin/v1/schedules', { ...as('ada'), body })).toMatchObject({ status: 201, body: { name: 'nightly' } });
    expect(await api.send('GET', '/elsewhere')).toMatchObject({ body: 'a page of the application' });
  });

  it('sees what middleware of the application has added', async () => {
    const session = (request: { headers: Record<string, string>; person?: string }, _: unknown, next: () => void) => {
      request.headers['x-person'] = 'ada';
      next();
    };
    const api = await start({ admin: { auth }, providers: [People, SignedIn], setUp: (app) => app.use(session) });
    expect(await api.send('GET', '/admin/v1/me')).toMatchObject({ status: 200, body: { name: 'ada' } });
  });
});

describe('an application without a server', () => {
  it('may have the module, which serves nothing', async () => {
    @Module({
      imports: [
        TaskQueueModule.forRoot({ broker: 'memory://' }),
        TaskAdminModule.forRootAsync({
          useFactory: () => ({ auth: { tokens: [{ name: 'ci', role: 'admin' as const, hash: hashToken(generateToken()) }] } }),
        }),
      ],
    })
    class WorkerModule {}
    const context = await Test.createTestingModule({ imports: [WorkerModule] }).compile();
    await expect(context.init()).resolves.toBe(context);
    await context.close();
  });

  it('fails to boot if the factory returns no auth', async () => {
    const imports = [
      TaskQueueModule.forRoot({ broker: 'memory://' }),
      TaskAdminModule.forRootAsync({ useFactory: () => ({}) as AdminOptionsInput }),
    ];
    await expect(Test.createTestingModule({ imports }).compile()).rejects.toMatchObject({ code: 'ADMIN_UNGUARDED' });
  });
});
