import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AdminApp } from './support/admin-app.js';

let api: AdminApp;

beforeAll(async () => {
  api = await AdminApp.start();
});
afterAll(() => api.close());

describe('schedules', () => {
  it('are made, read, listed, edited and deleted', async () => {
    const made = await api.send('POST', '/admin/v1/schedules', {
      as: 'operator',
      body: { name: 'nightly', task: 'reports.send', schedule: '0 2 * * *' },
    });
    expect(made).toMatchObject({ status: 201, body: { name: 'nightly', version: 1, source: 'api' } });
    expect(made.headers.get('etag')).toBe('"1"');
    const path = `/admin/v1/schedules/${made.body.id}`;
    expect(await api.send('GET', path, { as: 'viewer' })).toMatchObject({ status: 200, body: made.body });
  });
});
