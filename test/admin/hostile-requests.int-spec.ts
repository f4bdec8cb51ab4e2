import { afterEach, describe, expect, it } from '@jest/globals';
import { AdminWorker } from './support/admin-worker.js';
import type { AdminApp, Answer } from './support/admin-app.js';
import { ENGINES } from './support/engines.js';
import { hostileRequest, seeded, type HostileRequest } from './support/hostile-requests.js';

/** In all: `REQUESTS=20000 npm test -- hostile-requests` */
const REQUESTS = Number(process.env['REQUESTS'] ?? 600);
const SEED = Number(process.env['SEED'] ?? 1);
/** ms of CPU time of this process, in which the API, the worker and the sender run */
const MOST_CPU = 1_000;
/** statuses that say what is missing, and no fault of the server: a part, a worker, what a worker can do */
const NO_FAULTS: ReadonlySet<number> = new Set([501, 502, 504]);

const open: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

describe.each(ENGINES)('rule 37: on $name', ({ start }) => {
  async function send(api: AdminApp, { method, path, body }: HostileRequest): Promise<Answer> {
    const headers = { 'if-match': '*' };
    return api.send(method, `/admin${path}`, { as: 'admin', headers, ...(body !== undefined && { body }) });
  }

  it(
    'a request with one hostile value is answered soon, and never with a fault of the server',
    async () => {
      const { api, close } = await start();
      open.push(close);
      const worker = await AdminWorker.start(api, { name: 'w', queues: ['default', 'kept'] });
      open.unshift(() => worker.close());
      const random = seeded(SEED);
      const bad: unknown[] = [];
      let [id, most, made] = ['', 0, 0];
      for (let n = 0; n < REQUESTS / ENGINES.length; n++) {
        if (id === '') {
          const body = JSON.stringify({ name: `known ${++made}`, task: 'reports.send', schedule: { every: '1h' } });
          id = (await send(api, { method: 'POST', path: '/v1/schedules', body })).body.id;
        }
        const request = hostileRequest(random, { id, name: 'w', queue: 'kept', task: 'reports.rated' });
        const began = cpu();
        const { status, body } = await send(api, request);
        const spent = cpu() - began;
        most = Math.max(most, spent);
        if (spent > MOST_CPU || (status >= 500 && !NO_FAULTS.has(status)))
          bad.push({ n, status, spent, detail: body?.detail, ...request, body: request.body?.slice(0, 300) });
        if (status === 201) await send(api, { method: 'DELETE', path: `/v1/schedules/${body.id}` });
        if (status === 204 && request.path === `/v1/schedules/${id}`) id = '';
      }
      if (process.env['REQUESTS'] !== undefined) process.stderr.write(`most CPU time of a request: ${Math.round(most)} ms\n`);
      expect(bad).toEqual([]);
    },
    60_000 + REQUESTS * 100,
  );
});
