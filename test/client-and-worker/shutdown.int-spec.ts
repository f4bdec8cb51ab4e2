import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { BROKERS, Harness, signal } from './harness.js';

describe.each(BROKERS)('shutdown on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  it('lets running tasks finish, and hands out nothing more', async () => {
    const started = signal();
    const go = signal();
    let runs = 0;
    app.task('a', async () => {
      runs++;
      started.give();
      await go.come;
      return 'done';
    });
    const worker = await app.worker({ concurrency: 1 });
    const first = await app.send('a');
    await started.come;
    await worker.quiet();
    const second = await app.send('a');
    go.give();
    await worker.stop();
    expect([await first.state(), await second.state(), runs]).toEqual(['SUCCESS', 'PENDING', 1]);
    expect(await app.transport.inspector.counts('default')).toMatchObject({ ready: 1, leased: 0 });
  });

  it('rule 11: releases tasks that do not end in time, without charging an attempt', async () => {
    const started = signal();
    let runs = 0;
    app.task('stubborn', async (context) => {
      if (++runs > 1) return { retries: context.retries, redelivered: context.deliveryInfo.redelivered };
      started.give();
      await wait(60_000, undefined, { signal: context.signal });
    });
    const worker = await app.worker();
    const sent = await app.send('stubborn');
    await started.come;
    await worker.stop(0);
    expect(await app.transport.inspector.counts('default')).toMatchObject({ ready: 1, leased: 0 });
    await app.worker();
    expect(await sent.get()).toEqual({ retries: 0, redelivered: false });
  });

  it('rule 14: an early-acknowledged task that does not end in time is a FAILURE, because it has no message to release', async () => {
    const started = signal();
    app.task('stubborn', () => (started.give(), new Promise(() => undefined)), { acksLate: false });
    const worker = await app.worker({ abortGrace: 1 });
    const sent = await app.send('stubborn');
    await started.come;
    await worker.stop(0);
    await expect(sent.get()).rejects.toMatchObject({ remote: { code: 'WORKER_SHUTDOWN' } });
    expect(await app.transport.inspector.counts('default')).toMatchObject({ ready: 0, leased: 0 });
  });

  it('can be stopped twice, before it was started, and started after a stop', async () => {
    const worker = await app.worker();
    await Promise.all([worker.stop(), worker.stop()]);
    await worker.start();
    expect(worker.health().consuming).toBe(false);
  });
});
