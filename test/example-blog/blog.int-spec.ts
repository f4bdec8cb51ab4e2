import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { TaskClient } from 'nestjs-task-queue';
import sharp from 'sharp';
import { ExportFiles } from '../../apps/api/src/blog/subscribers/export-files.js';
import { PhotoTasks } from '../../apps/api/src/blog/photos/photo.tasks.js';
import { PostTasks } from '../../apps/api/src/blog/posts/post.tasks.js';
import { Blog, type BlogOptions, type BrokerKind } from './support/blog.js';
import { Gate } from './support/gate.js';

const SUBSCRIBERS = 150;
const NOBODY = '01890000-0000-7000-8000-000000000000';

describe.each<BrokerKind>(['memory', 'redis', 'postgres'])('the blog over %s', (broker) => {
  let blog: Blog;
  const start = async (options: Omit<BlogOptions, 'broker'> = {}) => (blog = await Blog.start({ broker, ...options }));

  afterEach(() => blog.stop());

  it('answers 202 with the task and where to ask about it, before the work is done', async () => {
    const gate = new Gate();
    await start({ mailbox: { onMail: () => gate.opened } });
    const [post] = await blog.rows('/posts');

    const response = await blog.post(`/posts/${post!.id}/publish`);
    const { taskId } = (await response.json()) as { taskId: string };

    expect(response.status).toBe(202);
    expect(response.headers.get('location')).toBe(`/tasks/${taskId}`);
    expect(['PENDING', 'RECEIVED', 'STARTED']).toContain((await blog.task(taskId)).state);
    gate.open();
    expect(await blog.finished(taskId)).toMatchObject({ state: 'SUCCESS', result: { recipients: SUBSCRIBERS } });
  });

  it('sends one email to each subscriber and post, however often the task is retried and sent', async () => {
    await start({ mailbox: { refuseEvery: 40 } });
    const posts = (await blog.rows('/posts')).slice(0, 2);

    const first = await Promise.all(posts.map(({ id }) => blog.send(`/posts/${id}/publish`)));
    const again = await Promise.all(posts.map(({ id }) => blog.send(`/posts/${id}/publish`)));
    const views = await Promise.all([...first, ...again].map((id) => blog.finished(id)));

    expect(new Set(views.map((view) => view.state))).toEqual(new Set(['SUCCESS']));
    expect(views.reduce((sum, view) => sum + view.retries!, 0)).toBeGreaterThan(0);
    expect(blog.mailbox.mails).toHaveLength(posts.length * SUBSCRIBERS);
    expect(blog.mailbox.duplicates).toBe(0);
    expect(new Set(blog.mailbox.mails.map((mail) => `${mail.subject} ${mail.to}`)).size).toBe(posts.length * SUBSCRIBERS);
  });

  it('comes back to the CRM no earlier than Retry-After says', async () => {
    await start({ crm: { refuseEvery: 3, retryAfter: [1] } });
    const contacts = (await blog.rows('/contacts')).slice(0, 8);

    const ids = await Promise.all(contacts.map(({ id }) => blog.send(`/contacts/${id}/sync`)));
    const views = await Promise.all(ids.map((id) => blog.finished(id)));

    expect(views.map((view) => view.state)).toEqual(ids.map(() => 'SUCCESS'));
    expect(blog.crm.refusals.length).toBeGreaterThan(0);
    expect(blog.crm.tooEarly).toEqual([]);
    expect(views.reduce((sum, view) => sum + view.retries!, 0)).toBe(blog.crm.refusals.length);
    expect([...blog.crm.contacts.keys()].toSorted()).toEqual(contacts.map(({ email }) => email).toSorted());
  });

  it('shows a waiting retry with its reason', async () => {
    await start({ crm: { refuseEvery: 1, retryAfter: [3600] } });
    const [contact] = await blog.rows('/contacts');

    const id = await blog.send(`/contacts/${contact!.id}/sync`);
    const view = await blog.until(id, ({ state }) => state === 'RETRY');

    expect(view).toMatchObject({ id, retries: 0, error: { type: 'CrmBusyError', message: 'the CRM asks to come back in 3600 s' } });
    expect(JSON.stringify(view)).not.toContain('.ts:');
  });

  it('shows how far an export is, and then offers the file', async () => {
    const gate = new Gate();
    class HeldFiles extends ExportFiles {
      override write(id: string, columns: string[], rows: AsyncIterable<object>, signal: AbortSignal): Promise<void> {
        return super.write(id, columns, holdAfter(20, rows, gate.opened), signal);
      }
    }
    await start({ override: (module) => module.overrideProvider(ExportFiles).useClass(HeldFiles) });

    const id = await blog.send('/exports');
    const underWay = await blog.until(id, ({ state }) => state === 'PROGRESS');
    const early = await fetch(`${blog.url}/exports/${id}`);
    gate.open();
    const done = await blog.finished(id);
    const csv = await (await fetch(`${blog.url}/exports/${id}`)).text();

    expect(underWay.meta).toEqual({ current: 15, total: SUBSCRIBERS });
    expect(early.status).toBe(404);
    expect(done).toMatchObject({ state: 'SUCCESS', result: { rows: SUBSCRIBERS } });
    expect(emailsOf(csv)).toEqual(emailsOf(await readFile('apps/api/data/subscribers.csv', 'utf8')));
  });

  it('makes a thumbnail that can be looked at', async () => {
    await start();
    const [photo] = await blog.rows('/photos');

    const before = await fetch(`${blog.url}/photos/${photo!.id}/thumbnail`);
    const view = await blog.finished(await blog.send(`/photos/${photo!.id}/thumbnail`));
    const after = await fetch(`${blog.url}/photos/${photo!.id}/thumbnail`);
    const picture = await sharp(Buffer.from(await after.arrayBuffer())).metadata();

    expect(before.status).toBe(404);
    expect(view.result).toEqual({ width: 320, height: 213 });
    expect(after.headers.get('content-type')).toBe('image/jpeg');
    expect(picture).toMatchObject({ format: 'jpeg', width: 320, height: 213 });
  });

  it('ends a task whose row is gone as its options say: a post fails, a photo is ignored', async () => {
    await start();
    const tasks = blog.app.get(TaskClient);

    const mail = await tasks.for(PostTasks).sendPostEmail.delay(NOBODY);
    const thumbnail = await tasks.for(PhotoTasks).makeThumbnail.delay(NOBODY);

    expect(await blog.finished(mail.id)).toMatchObject({ state: 'FAILURE', error: { type: 'EntityNotFoundError' } });
    expect(await blog.finished(thumbnail.id)).toMatchObject({ state: 'IGNORED' });
  });

  it('answers a request that is repeated with its Idempotency-Key with the task of the first one', async () => {
    await start();
    const [photo, other] = await blog.rows('/photos');
    const send = async (id: string, key: string) => {
      const headers = { 'idempotency-key': key };
      const response = await fetch(`${blog.url}/photos/${id}/thumbnail`, { method: 'POST', headers });
      const { taskId, deduplicated } = (await response.json()) as { taskId: string; deduplicated: boolean };
      return { status: response.status, taskId, deduplicated };
    };

    const first = await send(photo!.id, 'a');
    const repeated = await send(photo!.id, 'a');
    const another = await send(other!.id, 'b');

    expect(first).toMatchObject({ status: 202, deduplicated: false });
    expect(repeated).toMatchObject({ status: 202, taskId: first.taskId, deduplicated: true });
    expect(another).toMatchObject({ status: 202, deduplicated: false });
    expect((await send(photo!.id, 'k'.repeat(201))).status).toBe(400);
    await Promise.all([first, another].map(({ taskId }) => blog.finished(taskId)));
  });

  it('tries again later when the CRM gives no answer', async () => {
    await start({ env: { CRM_URL: 'http://127.0.0.1:1' } });
    const [contact] = await blog.rows('/contacts');

    const view = await blog.until(await blog.send(`/contacts/${contact!.id}/sync`), ({ state }) => state === 'RETRY');

    expect(view).toMatchObject({ error: { type: 'CrmUnavailableError' } });
  });

  it('answers 404 for what nobody knows and 400 for what is no id', async () => {
    await start();
    const status = async (request: Promise<Response>) => (await request).status;

    expect(await status(fetch(`${blog.url}/tasks/${NOBODY}`))).toBe(404);
    expect(await status(fetch(`${blog.url}/tasks/nonsense`))).toBe(400);
    expect(await status(blog.post(`/posts/${NOBODY}/publish`))).toBe(404);
    expect(await status(blog.post('/posts/nonsense/publish'))).toBe(400);
    expect(await status(blog.post(`/photos/${NOBODY}/thumbnail`))).toBe(404);
    expect(await status(blog.post(`/contacts/${NOBODY}/sync`))).toBe(404);
  });
});

/** The same rows, of which the one after the first `count` waits for the gate. */
async function* holdAfter(count: number, rows: AsyncIterable<object>, gate: Promise<void>): AsyncGenerator<object> {
  let passed = 0;
  for await (const row of rows) {
    if (passed++ === count) await gate;
    yield row;
  }
}

function emailsOf(csv: string): string[] {
  const rows: { email: string }[] = parse(csv, { columns: true });
  return rows.map(({ email }) => email).toSorted();
}
