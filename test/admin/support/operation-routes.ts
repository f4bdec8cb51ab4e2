import type { AdminWorker } from './admin-worker.js';
import type { Caller } from './admin-app.js';

const CHOICE = { body: { task: 'none', reason: 'failed' }, bad: { body: { since: 'yesterday' }, pointer: '/since' } };
const worker = ({ name }: AdminWorker) => ({ name });
const queue = async (on: AdminWorker) => ({ name: await on.waiting('kept').then(() => 'kept') });
const letter = async (on: AdminWorker) => ({ id: await on.deadLetter() });
const missingWorker = { params: { name: 'nobody' }, query: '?timeout=50', status: 504, code: 'WORKER_SILENT' };
const missingQueue = { params: { name: 'kpet' }, status: 404, code: 'QUEUE_NOT_FOUND' };
const missingLetter = { params: { id: 'gone' }, status: 404, code: 'DEAD_LETTER_NOT_FOUND' };
const asked = (what: string): TestedRoute => ({ method: 'GET', path: `/v1/workers/{name}${what}`, role: 'viewer', answers: 200, params: worker, missing: missingWorker }); // prettier-ignore

/** Tasks, queues, workers and dead letters. */
export const OPERATION_ROUTES: readonly TestedRoute[] = [
  { method: 'GET', path: '/v1/tasks', role: 'viewer', answers: 501 },
  { method: 'POST', path: '/v1/tasks', role: 'operator', answers: 202, body: { task: 'reports.send' }, bad: { body: { task: 'a', priority: 10 }, pointer: '/priority' } }, // prettier-ignore
  { method: 'POST', path: '/v1/tasks/revoke', role: 'operator', answers: 202, body: { ids: ['a'] }, bad: { body: { ids: [] }, pointer: '/ids' } }, // prettier-ignore
  { method: 'GET', path: '/v1/tasks/{id}', role: 'viewer', answers: 200, params: async (on) => ({ id: await on.waiting() }), missing: { params: { id: 'gone' }, status: 404, code: 'TASK_NOT_FOUND' } }, // prettier-ignore
  { method: 'GET', path: '/v1/tasks/{id}/holder', role: 'viewer', answers: 200, query: '?timeout=500', params: async (on) => ({ id: await on.running() }), missing: { params: { id: 'gone' }, status: 404, code: 'TASK_NOT_FOUND' } }, // prettier-ignore
  { method: 'POST', path: '/v1/tasks/{id}/revoke', role: 'operator', answers: 202, params: async (on) => ({ id: await on.waiting() }), body: { terminate: true }, bad: { body: { terminate: 'yes' }, pointer: '/terminate' } }, // prettier-ignore
  { method: 'GET', path: '/v1/queues', role: 'viewer', answers: 200 },
  { method: 'GET', path: '/v1/queues/{name}', role: 'viewer', answers: 200, params: queue, missing: missingQueue },
  { method: 'POST', path: '/v1/queues/{name}/pause', role: 'operator', answers: 200, params: queue },
  { method: 'POST', path: '/v1/queues/{name}/resume', role: 'operator', answers: 200, params: queue, missing: missingQueue },
  { method: 'POST', path: '/v1/queues/{name}/purge', role: 'admin', answers: 200, params: queue, missing: missingQueue },
  { method: 'GET', path: '/v1/workers', role: 'viewer', answers: 200, query: '?timeout=100' },
  ...['', '/active', '/reserved', '/scheduled', '/registered', '/revoked', '/queues', '/conf'].map(asked),
  { method: 'POST', path: '/v1/workers/{name}/pool-grow', role: 'operator', answers: 200, params: worker, body: { by: 1 }, bad: { body: { by: 0 }, pointer: '/by' }, missing: missingWorker }, // prettier-ignore
  { method: 'POST', path: '/v1/workers/{name}/pool-shrink', role: 'operator', answers: 200, params: worker, body: { by: 1 }, bad: { body: { by: 1.5 }, pointer: '/by' }, missing: missingWorker }, // prettier-ignore
  { method: 'POST', path: '/v1/workers/{name}/time-limit', role: 'operator', answers: 204, params: worker, body: { task: 'reports.send', soft: '1m' }, bad: { body: { task: 'reports.send', soft: true }, pointer: '/soft' }, missing: missingWorker }, // prettier-ignore
  { method: 'POST', path: '/v1/workers/{name}/queues', role: 'admin', answers: 200, params: worker, body: { queue: 'extra' }, bad: { body: { queue: '' }, pointer: '/queue' }, missing: missingWorker }, // prettier-ignore
  { method: 'DELETE', path: '/v1/workers/{name}/queues/{queue}', role: 'admin', answers: 200, params: ({ name }) => ({ name, queue: 'extra' }), missing: { ...missingWorker, params: { name: 'nobody', queue: 'extra' } } }, // prettier-ignore
  { method: 'POST', path: '/v1/workers/{name}/shutdown', role: 'admin', answers: 202, params: async (on) => ({ name: await on.another() }), missing: missingWorker }, // prettier-ignore
  { method: 'PUT', path: '/v1/rates/{task}', role: 'operator', answers: 204, params: () => ({ task: 'reports.rated' }), body: { rate: '10/m' }, bad: { body: { rate: true }, pointer: '/rate' } }, // prettier-ignore
  { method: 'GET', path: '/v1/dead-letters', role: 'viewer', answers: 200 },
  { method: 'POST', path: '/v1/dead-letters/redrive', role: 'operator', answers: 202, ...CHOICE },
  { method: 'POST', path: '/v1/dead-letters/purge', role: 'admin', answers: 200, ...CHOICE },
  { method: 'GET', path: '/v1/dead-letters/{id}', role: 'viewer', answers: 200, params: letter, missing: missingLetter },
  { method: 'POST', path: '/v1/dead-letters/{id}/redrive', role: 'operator', answers: 202, params: letter, missing: missingLetter },
  { method: 'DELETE', path: '/v1/dead-letters/{id}', role: 'admin', answers: 204, params: letter, missing: missingLetter },
];

/** A route as its tests see it. What stands in braces is made for the test: by `params`, or else it is the id of a schedule. */
export interface TestedRoute {
  readonly method: string;
  readonly path: string;
  /** the least role that may use it */
  readonly role: Caller;
  /** what the right role is answered */
  readonly answers: number;
  readonly body?: object;
  /** a body that is refused, and where it is wrong */
  readonly bad?: { readonly body: object; readonly pointer: string };
  readonly params?: (worker: AdminWorker) => Record<string, string> | Promise<Record<string, string>>;
  /** after the path */
  readonly query?: string;
  /** what is asked for and is not there, and the answer to that */
  readonly missing?: { readonly params: Record<string, string>; readonly query?: string; readonly status: number; readonly code: string };
  /** it needs If-Match */
  readonly edits?: true;
}
