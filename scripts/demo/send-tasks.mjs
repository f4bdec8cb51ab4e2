import { setTimeout as pause } from 'node:timers/promises';

const POLL = 120;
const TIMEOUT = 90_000;
const FINISHED = new Set(['SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED', 'IGNORED']);

/** An HTTP client of the blog's API. */
export class BlogClient {
  #runId;

  /** @param {string} runId part of each idempotency key: a request repeated within one run, even after a restart, has no second effect */
  constructor(url, runId) {
    this.url = url;
    this.#runId = runId;
  }

  async get(path) {
    const response = await fetch(this.url + path);
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  }

  /** Sends a task once per run. @returns the data to follow it; `source` is its row, `sentBefore` says that an earlier start sent it */
  async send(kind, path, source) {
    const sentAt = Date.now();
    const headers = { 'idempotency-key': `${this.#runId} ${path}` };
    const response = await fetch(this.url + path, { method: 'POST', headers });
    if (response.status !== 202) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
    const { taskId, status, deduplicated } = await response.json();
    return { kind, id: taskId, status, source, sentAt, sentBefore: deduplicated, view: { state: 'PENDING' } };
  }
}

/** Publishes every post and requests every thumbnail, one export and a sync of every contact. @returns the tasks that were sent */
export async function sendAllTasks(client) {
  const [posts, photos, contacts] = await Promise.all(['/posts', '/photos', '/contacts'].map((path) => client.get(path)));
  return Promise.all([
    ...posts.map((post) => client.send('send_post_email', `/posts/${post.id}/publish`, post)),
    ...photos.map((photo) => client.send('make_thumbnail', `/photos/${photo.id}/thumbnail`, photo)),
    client.send('export_subscribers', '/exports'),
    ...contacts.map((contact) => client.send('sync_contact_to_crm', `/contacts/${contact.id}/sync`, contact)),
  ]);
}

/** Polls every unfinished task until all are finished or the timeout passes. Calls `onPoll` after each round. */
export async function waitForTasks(client, tasks, onPoll) {
  const deadline = Date.now() + TIMEOUT;
  for (;;) {
    const open = tasks.filter((task) => !isFinished(task));
    await Promise.all(open.map(async (task) => (task.view = await client.get(task.status))));
    onPoll();
    if (tasks.every(isFinished) || Date.now() > deadline) return;
    await pause(POLL);
  }
}

export function isFinished(task) {
  return FINISHED.has(task.view.state);
}

/** How often the task was retried. A stored RETRY counts the retry it announces. */
export function retriesOf({ view }) {
  return (view.retries ?? 0) + (view.state === 'RETRY' ? 1 : 0);
}
