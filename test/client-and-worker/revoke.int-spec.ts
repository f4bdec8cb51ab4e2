import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { BROKERS, Harness, signal } from './harness.js';

describe.each(BROKERS)('revoke on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  it('rule 17: keeps a waiting task from running, and ends it as REVOKED', async () => {
    let runs = 0;
    app.task('later', () => void runs++);
    const sent = await app.send('later', [], { countdown: '1h' });
    await sent.revoke();
    await app.worker();
    await expect(sent.get()).rejects.toMatchObject({
      code: 'TASK_REVOKED',
      message: `Task ${sent.id} was revoked: before it ran.`,
    });
    expect(runs).toBe(0);
  });

  it('remembers an id whose message has not arrived yet', async () => {
    let runs = 0;
    app.task('a', () => void runs++);
    await app.client.revoke('to-come');
    await app.worker();
    const sent = await app.send('a', [], { taskId: 'to-come' });
    await expect(sent.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
    expect(runs).toBe(0);
  });

  it('lets a running task finish, unless told to terminate it', async () => {
    const started = signal();
    const go = signal();
    app.task('a', async () => {
      started.give();
      await go.come;
      return 'done';
    });
    await app.worker();
    const sent = await app.send('a');
    await started.come;
    await sent.revoke();
    go.give();
    expect(await sent.get()).toBe('done');
  });

  it('aborts a task that runs in another process with terminate', async () => {
    const started = signal();
    app.task('long', async (context) => {
      started.give();
      await wait(60_000, undefined, { signal: context.signal });
    });
    await app.worker();
    const sent = await app.send('long');
    await started.come;
    await sent.revoke({ terminate: true });
    await expect(sent.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
    expect(await sent.state()).toBe('REVOKED');
  });
});
