import { ROUTES } from './routes.js';

/** A request that is valid but for one value. */
export interface HostileRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

export type Random = () => number;

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const repeat = (count: number, one: unknown): unknown[] => Array.from({ length: count }, () => one);
const cursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const SMALL: readonly unknown[] = [
  ...[null, true, false, '', ' ', 'a\0b', '\ud800', '😀', '__proto__', 'constructor', "1'; drop table x", '%', '\\', '-', '..', '*'],
  ...[0, -1, 0.5, 1, 9, 10, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 2 ** 63, 1e21, 1e308, -1e308, '1e400', '99999999999999999999', '-0', 'NaN'],
  ...[[], {}, [[]], [null], [{}], { a: 1 }, [1, 'a', null], { schedules: [{}] }, { length: 3 }, { toString: 1 }, { then: 1 }],
  ...['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '+275760-09-13T00:00:00.000Z', '-000001-01-01T00:00:00Z', '2026-02-30T00:00:00Z'],
  ...['2026-11-21T00:00:00.123456789+14:00', '2026-11-21', '5m', '1000000 years', '-1s', '10/m', '1e9/s', '0/h'],
  ...[
    '* * * * *',
    '0 0 30 2 *',
    '0 0 29 2 1',
    '*/1 * * * * *',
    'TZ=UTC * * * * *',
    '0 0 L * *',
    '0 0 1W * *',
    '@daily',
    '@reboot',
    '60 * * * *',
  ],
  ...['UTC', 'europe/paris', 'Mars/Olympus', '+01:00', 'Etc/GMT+12', 'US/Eastern'],
  ...[
    { cron: '0 0 29 2 1', timezone: 'Asia/Gaza' },
    { every: 1 },
    { every: '100 years' },
    { every: 1e308 },
    { clocked: 0 },
    { clocked: 9e15 },
  ],
  ...[
    { solar: { event: 'sunrise', latitude: 90, longitude: -180 } },
    { type: 'interval', every: 0, anchor: 1e300 },
    { type: 'crontab', minute: [] },
  ],
  ...[
    { every: 1, except: { ranges: [{ from: '01-01', to: '12-31' }] } },
    { every: 1_000, except: { schedules: [{ every: 1 }], weekdays: 'mon-sat' } },
  ],
  ...[['foo 1', 'x'], ['2026-02-30 00:00:00+00', 'x'], ['kept', '9'.repeat(30)], ['kept', 5], ['a\0', null], 5, null].map(cursor),
  ...[JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('[{"a":{"__proto__":1}}]')],
];

/** Values near the size of the largest body. */
const LARGE: readonly (() => unknown)[] = [
  () => 'x'.repeat(240_000),
  () => '*,'.repeat(110_000),
  () => '1 '.repeat(110_000),
  () => repeat(110_000, 1),
  () => repeat(40_000, null),
  () => repeat(20_000, '01-01'),
  () => repeat(10_000, { cron: '* * * * *' }),
  () => Object.fromEntries(Array.from({ length: 15_000 }, (_, n) => [`a${n}`, n])),
  () => Array.from({ length: 2_000 }, (_, n) => (n * 37) % 60).join(','),
  () => ({ every: 1, except: { weekdays: repeat(400, 1), ranges: repeat(600, { from: '01-01', to: '12-31' }) } }),
  () => ({ every: 1, except: { dates: repeat(25_000, '01-01') } }),
  () => ({ crontab: { minute: repeat(80_000, 1) } }),
  () => repeat(100, 0).reduce<unknown>((inner) => ({ every: 1, except: { schedules: [inner] } }), { every: 1 }),
  () => ({ cron: '*/2 * * * * *', except: { schedules: repeat(100, { cron: '*/2 * * * * *', except: { dates: ['01-01'] } }) } }),
  () => ({ solar: { event: 'sunset', latitude: 50, longitude: 1 }, except: { schedules: repeat(100, { solar: { event: 'dawn_civil', latitude: 50, longitude: 1 } }) } }), // prettier-ignore
];

const SCHEDULE = {
  name: 'hostile',
  task: 'reports.send',
  schedule: { crontab: { minute: '*/5', hour: [8, 9] }, timezone: 'Europe/Paris', except: { dates: ['12-25'], ranges: [{ from: '08-01', to: '08-31' }], weekdays: 'sat,sun', schedules: [{ every: '7h', anchor: 0 }] } }, // prettier-ignore
  args: [1, { a: [2] }],
  kwargs: { a: 1 },
  headers: { a: 'b' },
  queue: 'kept',
  priority: 5,
  timezone: 'Asia/Tokyo',
  enabled: true,
  oneOff: false,
  startTime: '2027-01-01T00:00:00Z',
  expires: '2037-01-01T00:00:00Z',
  description: 'text',
  overlap: 'skip',
  catchUp: 'last',
  catchUpWindow: '1h',
  jitter: '5s',
  pauseAfterFailures: 3,
};
const INTERVAL = { name: 'hostile', task: 'reports.send', schedule: { every: '1h' }, expireSeconds: 60 };
const SENT = { task: 'reports.send', args: [1], kwargs: { a: 1 }, queue: 'kept', priority: 5, countdown: '1h', expires: '2h', taskId: 'known', headers: { a: 1 }, ignoreResult: true, softTimeLimit: '1m', timeLimit: '2m', tags: ['a'] }; // prettier-ignore

/** Bodies with more fields than those of the other tests. */
const RICH: Readonly<Record<string, readonly object[]>> = {
  'POST /v1/schedules': [SCHEDULE, INTERVAL],
  'POST /v1/schedules/preview': [
    { ...SCHEDULE, count: 3, after: '2027-01-01T00:00:00Z' },
    { schedule: INTERVAL.schedule, count: 2 },
  ],
  'PUT /v1/schedules/{id}': [SCHEDULE, INTERVAL],
  'PATCH /v1/schedules/{id}': [SCHEDULE, INTERVAL],
  'POST /v1/tasks': [SENT, { task: 'reports.send', worker: 'w', eta: '2037-01-01T00:00:00Z', expiresAt: 4e12, idempotencyKey: 'k' }],
  'POST /v1/dead-letters/redrive': [{ queue: 'kept', task: 'none', reason: 'failed', since: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z' }], // prettier-ignore
};

const QUERIES: Readonly<Record<string, Record<string, string>>> = {
  'GET /v1/schedules': { limit: '5', cursor: 'a', name: 'hostile', search: 'h', task: 'a', queue: 'kept', enabled: 'true', broken: 'false', source: 'api' }, // prettier-ignore
  'GET /v1/schedules/{id}/preview': { count: '5', after: '2027-01-01T00:00:00Z' },
  'GET /v1/schedules/{id}/history': { limit: '5', cursor: '3' },
  'GET /v1/tasks': {
    limit: '5',
    cursor: cursor(['2026-01-01 00:00:00+00', 'a']),
    name: 'a',
    state: 'FAILURE',
    from: '2026-01-01T00:00:00Z',
  },
  'GET /v1/queues': { limit: '5', cursor: 'a' },
  'GET /v1/audit': { limit: '5', cursor: 'a', actor: 'a', action: 'schedule.run', target: 'a' },
  'GET /v1/dead-letters': { limit: '5', cursor: cursor(['kept', null]), queue: 'kept', since: '2026-01-01T00:00:00Z' },
};

/** Ends the worker that the other requests need. */
const LEFT_OUT = new Set(['POST /v1/workers/{name}/shutdown']);
const TARGETS = ROUTES.map((route) => ({ ...route, key: `${route.method} ${route.path}` })).filter(({ key }) => !LEFT_OUT.has(key));

/** @param known the values of path parameters that exist */
export function hostileRequest(random: Random, known: Readonly<Record<string, string>>): HostileRequest {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const value = (): unknown => (random() < 0.03 ? pick(LARGE)() : pick(SMALL));
  const { method, path, key, body } = pick(TARGETS);
  const bodies = RICH[key] ?? (body === undefined ? [] : [body]);
  const query: Record<string, unknown> = { ...QUERIES[key], ...(path.includes('workers') && { timeout: 50 }) };
  const inPath = path.includes('{') && random() < 0.1;
  const place = inPath ? 'path' : bodies.length > 0 && random() < 0.9 ? 'body' : Object.keys(query).length > 0 ? 'query' : 'path';
  if (place === 'query') query[pick([...Object.keys(query).filter((name) => name !== 'timeout'), 'unknown'])] = pick(SMALL);
  const params = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(place === 'path' ? shortText(pick(SMALL)) : (known[path.includes('queues/{name}') ? 'queue' : name] ?? 'x')),
  );
  const search = new URLSearchParams(Object.entries(query).map(([name, one]): [string, string] => [name, shortText(one)])).toString();
  const chosen = bodies.length === 0 ? undefined : structuredClone(pick(bodies));
  if (chosen !== undefined && place === 'body') mutate(chosen as Record<string, unknown>, value(), random);
  return { method, path: `${params}${search === '' ? '' : `?${search}`}`, ...(chosen !== undefined && { body: JSON.stringify(chosen) }) };
}

function shortText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.isWellFormed() ? text : 'lone';
}

/** Replaces one value at any depth, or adds or removes one. */
function mutate(body: Record<string, unknown>, value: unknown, random: Random): void {
  let place = body;
  for (;;) {
    const keys = Object.keys(place);
    const key = keys[Math.floor(random() * keys.length)];
    if (key === undefined || random() < 0.05) return void (place['unknown'] = value);
    const inner = place[key];
    if (typeof inner === 'object' && inner !== null && random() < 0.6) place = inner as Record<string, unknown>;
    else if (random() < 0.05) return void delete place[key];
    else return void (place[key] = value);
  }
}
