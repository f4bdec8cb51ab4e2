import { setTimeout as pause } from 'node:timers/promises';

const NAME = 'take stock, every second';
const TICKS = 3;
const POLL = 150;
const TIMEOUT = 30_000;
/** ms: longer than two of the schedule's intervals */
const AFTER_DISABLING = 2_200;

/** An HTTP client of the admin API. */
export class AdminClient {
  constructor(url, token) {
    this.url = url;
    this.token = token;
  }

  async ask(method, path, body) {
    const headers = { authorization: `Bearer ${this.token}`, ...(body && { 'content-type': 'application/json' }) };
    const response = await fetch(`${this.url}/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!response.ok) throw new Error(`${method} /admin/v1${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  }
}

/**
 * Creates a schedule, waits for its ticks, disables it, and checks that it has stopped.
 *
 * @returns {Promise<{ ok: boolean, text: string }>}
 */
export async function trySchedule(admin, client) {
  const { id } = await findOrMake(admin);
  const ticked = await until(async () => (await ticksOf(admin, id)).length >= TICKS);
  const { enabled } = await admin.ask('POST', `/schedules/${id}/disable`);
  const ticks = await ticksOf(admin, id);
  const stock = await resultOf(client, ticks[0]?.runId);
  await pause(AFTER_DISABLING);
  const later = (await ticksOf(admin, id)).length - ticks.length;
  const stopped = !enabled && later === 0 ? 'stopped when it was disabled' : `went on ${later} times after it was disabled`;
  const found = stock ? `, found ${stock.emails} emails sent` : ', and its last run has no result';
  const text = `the schedule "${NAME}", made through the admin API, ticked ${ticks.length} times${found}, and ${stopped}`;
  return { ok: ticked && stock !== undefined && !enabled && later === 0, text };
}

/** Reuses the schedule that an interrupted run has left. */
async function findOrMake(admin) {
  const { items } = await admin.ask('GET', `/schedules?${new URLSearchParams({ name: NAME })}`);
  const [left] = items;
  if (left) return admin.ask('POST', `/schedules/${left.id}/enable`);
  return admin.ask('POST', '/schedules', { name: NAME, task: 'blog.take_stock', schedule: { every: '1s' } });
}

async function ticksOf(admin, id) {
  const { items } = await admin.ask('GET', `/schedules/${id}/history?limit=100`);
  return items.filter(({ outcome }) => outcome === 'sent');
}

async function resultOf(client, id) {
  let view;
  await until(async () => {
    view = await client.get(`/tasks/${id}`);
    return view.state === 'SUCCESS' || view.state === 'FAILURE';
  });
  return view.result;
}

async function until(reached) {
  for (const deadline = Date.now() + TIMEOUT; Date.now() < deadline; await pause(POLL)) if (await reached()) return true;
  return false;
}
