import { setTimeout as pause } from 'node:timers/promises';

const POLL = 120;
const PATIENCE = 90_000;
const FINISHED = new Set(['SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED', 'IGNORED']);

/** The blog's API as any client sees it. */
export class Client {
  #play;

  /** @param {string} play names this play: a request that is repeated in it, by whichever start of the demo, is not done again */
  constructor(url, play) {
    this.url = url;
    this.#play = play;
  }

  async get(path) {
    const response = await fetch(this.url + path);
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    return response.json();
  }

  /** Sends a task, once. @returns what there is to follow it; `source` is the row it works on, `sentBefore` by an earlier start */
  async send(kind, path, source) {
    const sentAt = Date.now();
    const headers = { 'idempotency-key': `${this.#play} ${path}` };
    const response = await fetch(this.url + path, { method: 'POST', headers });
    if (response.status !== 202) throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
    const { taskId, status, deduplicated } = await response.json();
    return { kind, id: taskId, status, source, sentAt, sentBefore: deduplicated, view: { state: 'PENDING' } };
  }
}

/** Publishes every post, asks for every thumbnail, one export and every contact. @returns the tasks that were sent */
export async function sendEverything(client) {
  const [posts, photos, contacts] = await Promise.all(['/posts', '/photos', '/contacts'].map((path) => client.get(path)));
  return Promise.all([
    ...posts.map((post) => client.send('send_post_email', `/posts/${post.id}/publish`, post)),
    ...photos.map((photo) => client.send('make_thumbnail', `/photos/${photo.id}/thumbnail`, photo)),
    client.send('export_subscribers', '/exports'),
    ...contacts.map((contact) => client.send('sync_contact_to_crm', `/contacts/${contact.id}/sync`, contact)),
  ]);
}

/** Asks about every unfinished task until none is left, or patience is at its end; tells `onLook` after each look. */
export async function follow(client, tasks, onLook) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const open = tasks.filter((task) => !isFinished(task));
    await Promise.all(open.map(async (task) => (task.view = await client.get(task.status))));
    onLook();
    if (tasks.every(isFinished) || Date.now() > deadline) return;
    await pause(POLL);
  }
}

export function isFinished(task) {
  return FINISHED.has(task.view.state);
}

/** How often it was tried again: a stored RETRY speaks of the attempt before. */
export function retriesOf({ view }) {
  return (view.retries ?? 0) + (view.state === 'RETRY' ? 1 : 0);
}
