import { rm } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type AppProcess } from '../../scripts/demo/app-process.mjs';
import { build } from '../../scripts/demo/build.mjs';
import { redisUrl, uniquePrefix } from '../support/services.js';
import { BlogClient, startNeighbours } from './support/blog.js';
import { Gate } from './support/gate.js';

const SUBSCRIBERS = 150;

describe('a worker process that is killed', () => {
  const cleanUps: (() => Promise<unknown>)[] = [];
  let dist: string;

  beforeAll(() => {
    dist = build(`.cache/e2e-${process.pid}`);
  });
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
  });
  afterAll(() => rm(dist, { recursive: true, force: true }));

  it('leaves its emails to the next worker: nobody is left out, nobody gets two', async () => {
    let victim: AppProcess | undefined;
    const killed = new Gate();
    const onMail = () => {
      if (mailbox.mails.length < 40) return;
      victim?.kill();
      victim = undefined;
      killed.open();
    };
    const { mailbox, env, stop } = await startNeighbours({ mailbox: { onMail } });
    cleanUps.push(stop);
    const start = async (name: string, file: string) => {
      const deployment = { ...env, PORT: '0', BROKER_URL: redisUrl(), KEY_PREFIX: prefix, WORKER_LEASE: '1s' };
      const started = startApp({ name, file: `${dist}/apps/${file}`, env: deployment });
      cleanUps.push(() => started.stop());
      const [, url] = await started.seen(/listening on (http:\S+)|worker is consuming/);
      return { started, url };
    };
    const prefix = uniquePrefix('killed');

    const { url } = await start('api', 'api/src/main.js');
    victim = (await start('worker1', 'worker/src/main.js')).started;
    const blog = new BlogClient(url!);
    const [post] = await blog.rows('/posts');
    const id = await blog.send(`/posts/${post!.id}/publish`);
    await killed.opened;
    await start('worker2', 'worker/src/main.js');
    const view = await blog.finished(id);

    expect(view).toMatchObject({ state: 'SUCCESS', result: { recipients: SUBSCRIBERS } });
    expect(mailbox.mails).toHaveLength(SUBSCRIBERS);
    expect(new Set(mailbox.mails.map((mail) => mail.to)).size).toBe(SUBSCRIBERS);
    // The one that was under way when the process died: the mail server knows its Message-ID.
    expect(mailbox.duplicates).toBeLessThanOrEqual(1);
  });
});
