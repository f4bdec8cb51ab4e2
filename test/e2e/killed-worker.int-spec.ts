import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type AppProcess } from '../../scripts/demo/app-process.mjs';
import { build } from '../../scripts/demo/build.mjs';
import { redisUrl, uniquePrefix } from '../support/services.js';
import { BlogClient, startNeighbours } from './support/blog.js';
import { Gate } from './support/gate.js';

const SUBSCRIBERS = 150;

describe('a worker process that is killed', () => {
  const folder = `.cache/e2e-${process.pid}`;
  let dist: string;

  beforeAll(() => {
    dist = build(folder);
  });
  afterAll(() => rm(dist, { recursive: true, force: true }));

  it('leaves its emails to the next worker: nobody is left out, nobody gets two', async () => {
    const processes: AppProcess[] = [];
    const killed = new Gate();
    const neighbours = await startNeighbours({
      mailbox: {
        onMail: () => {
          if (neighbours.mailbox.mails.length !== 40) return;
          processes[1]!.kill();
          killed.open();
        },
      },
    });
    const env = { ...neighbours.env, PORT: '0', BROKER_URL: redisUrl(), KEY_PREFIX: uniquePrefix('killed'), WORKER_LEASE: '1s' };
    const start = async (name: string, file: string, ready: RegExp) => {
      const started = startApp({ name, file: `${dist}/apps/${file}`, env });
      processes.push(started);
      return started.seen(ready);
    };

    const [, url] = await start('api', 'api/src/main.js', /listening on (http:\S+)/);
    await start('worker1', 'worker/src/main.js', /worker is consuming/);
    const blog = new BlogClient(url!);
    const [post] = await blog.rows('/posts');
    const id = await blog.send(`/posts/${post!.id}/publish`);
    await killed.opened;
    await start('worker2', 'worker/src/main.js', /worker is consuming/);
    const view = await blog.finished(id);
    const recipients = new Set(neighbours.mailbox.mails.map((mail) => mail.to));

    expect(view).toMatchObject({ state: 'SUCCESS', result: { recipients: SUBSCRIBERS } });
    expect(neighbours.mailbox.mails).toHaveLength(SUBSCRIBERS);
    expect(recipients.size).toBe(SUBSCRIBERS);
    // The one that was under way when the process died: the mail server knows its Message-ID.
    expect(neighbours.mailbox.duplicates).toBeLessThanOrEqual(1);
    for (const process of processes.toReversed()) await process.stop();
    await neighbours.stop();
  }, 60_000);
});
