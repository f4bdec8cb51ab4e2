import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AdminApp } from './support/admin-app.js';
import { ENGINES } from './support/engines.js';
import { ROUTES } from './support/routes.js';

const NAMES = ['\0', 'a\0b', '👋', "'; drop table x", '__proto__', 'constructor', '{x}', '../..', '\u0001', '*', 'a:b', 'x'.repeat(2_000)];
const BROKEN = '%ED%A0%80';
const NAMED = ROUTES.filter(({ path }) => path.includes('{'));

describe.each(ENGINES)('odd names, on $name', ({ start }) => {
  let api: AdminApp;
  let close: () => Promise<void>;

  beforeAll(async () => {
    ({ api, close } = await start());
  });
  afterAll(() => close());

  it.each(NAMED.map((route) => [`${route.method} ${route.path}`, route] as const))('%s accepts them as names', async (_, route) => {
    const hasTimeout = /workers|holder/.test(route.path);
    const failed: object[] = [];
    for (const name of [...NAMES.map(encodeURIComponent), BROKEN]) {
      const path = `/admin${route.path.replace(/\{\w+\}/g, name)}${hasTimeout ? '?timeout=10' : ''}`;
      const headers: Record<string, string> = route.edits ? { 'if-match': '*' } : {};
      const { status } = await api.send(route.method, path, { as: 'admin', headers, ...(route.body && { body: route.body }) });
      // 504: there is no worker of that name.
      if (status >= 500 && status !== 504) failed.push({ path, status });
    }
    expect([...failed, ...api.log.messages('error')]).toEqual([]);
  });

  it.each(['a\0b', '\ud800', '👋', '__proto__', '{x}'])(
    'a body with %j is accepted or refused, without an internal error',
    async (text) => {
      const said = [{ task: text }, { queue: text }, { taskId: text }, { idempotencyKey: text }, { worker: text }, { tags: [text] }];
      const bodies: (readonly [path: string, body: object])[] = [
        ...said.map((part) => ['/tasks', { task: 'a', ...part }] as const),
        ['/tasks', { task: 'a', args: [text], kwargs: { [text]: text }, headers: { [text]: text } }],
        ['/tasks/revoke', { ids: [text] }],
        ['/dead-letters/redrive', { queue: text }],
        ['/dead-letters/purge', { task: text, reason: text }],
      ];
      for (const [path, body] of bodies) {
        const { status } = await api.send('POST', `/admin/v1${path}`, { as: 'admin', body });
        expect({ path, body, status, isAnswer: status < 500 }).toMatchObject({ isAnswer: true });
      }
      expect(api.log.messages('error')).toEqual([]);
    },
  );
});
