import type { Caller } from './admin-app.js';
import { OPERATION_ROUTES, type TestedRoute } from './operation-routes.js';

const WHOLE = { name: 'whole', task: 'reports.send', schedule: { every: '1h' } };
const PAST = { from: '2026-01-01T00:00:00Z', to: '2026-01-01T02:00:00Z' };
const IDS = { body: { ids: ['a', 'b'] }, bad: { body: { ids: [] }, pointer: '/ids' } };

export const ROUTES: readonly TestedRoute[] = [
  { method: 'GET', path: '/v1/me', role: 'viewer', answers: 200 },
  { method: 'GET', path: '/v1/audit', role: 'admin', answers: 200 },
  { method: 'GET', path: '/v1/schedules', role: 'viewer', answers: 200 },
  { method: 'POST', path: '/v1/schedules', role: 'operator', answers: 201, body: { ...WHOLE, name: 'made' }, bad: { body: { ...WHOLE, priority: 10 }, pointer: '/priority' } }, // prettier-ignore
  { method: 'POST', path: '/v1/schedules/preview', role: 'viewer', answers: 200, body: { schedule: '0 * * * *' }, bad: { body: { count: 3 }, pointer: '/schedule' } }, // prettier-ignore
  { method: 'POST', path: '/v1/schedules/enable', role: 'operator', answers: 200, ...IDS },
  { method: 'POST', path: '/v1/schedules/disable', role: 'operator', answers: 200, ...IDS },
  { method: 'GET', path: '/v1/schedules/{id}', role: 'viewer', answers: 200 },
  { method: 'PUT', path: '/v1/schedules/{id}', role: 'operator', answers: 200, edits: true, body: WHOLE, bad: { body: { ...WHOLE, args: {} }, pointer: '/args' } }, // prettier-ignore
  { method: 'PATCH', path: '/v1/schedules/{id}', role: 'operator', answers: 200, edits: true, body: { jitter: '5s' }, bad: { body: { overlap: 'never' }, pointer: '/overlap' } }, // prettier-ignore
  { method: 'DELETE', path: '/v1/schedules/{id}', role: 'admin', answers: 204, edits: true },
  { method: 'POST', path: '/v1/schedules/{id}/enable', role: 'operator', answers: 200 },
  { method: 'POST', path: '/v1/schedules/{id}/disable', role: 'operator', answers: 200 },
  { method: 'POST', path: '/v1/schedules/{id}/run', role: 'operator', answers: 202 },
  { method: 'GET', path: '/v1/schedules/{id}/preview', role: 'viewer', answers: 200 },
  { method: 'GET', path: '/v1/schedules/{id}/history', role: 'viewer', answers: 200 },
  { method: 'POST', path: '/v1/schedules/{id}/backfill', role: 'operator', answers: 202, body: PAST, bad: { body: { ...PAST, from: 'yesterday' }, pointer: '/from' } }, // prettier-ignore
  ...OPERATION_ROUTES,
];

/** The role just below; none below the least. */
export function roleBelow(role: Caller): Caller | undefined {
  return role === 'admin' ? 'operator' : role === 'operator' ? 'viewer' : undefined;
}

/** The path with something in the place of what stands in braces. */
export function pathOf(path: string, params: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name]!));
}
