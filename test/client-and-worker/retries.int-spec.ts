import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BROKERS, Harness, signal } from './harness.js';

class SmtpError extends Error {}

describe.each(BROKERS)('retries on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  it('retries the listed errors under the same id, then succeeds', async () => {
    const seen: [string, number][] = [];
    app.task(
      'mail',
      (context) => {
        seen.push([context.id, context.retries]);
        if (context.retries < 2) throw new SmtpError('busy');
        return 'sent';
      },
      { autoretryFor: [SmtpError], defaultRetryDelay: 1 },
    );
    await app.worker();
    const sent = await app.send('mail');
    expect(await sent.get()).toBe('sent');
    expect(seen).toEqual([
      [sent.id, 0],
      [sent.id, 1],
      [sent.id, 2],
    ]);
  });

  it('fails with the last error when no retry is left, and becomes a dead letter', async () => {
    let runs = 0;
    app.task(
      'mail',
      () => {
        runs++;
        throw new SmtpError('busy');
      },
      { autoretryFor: [SmtpError], defaultRetryDelay: 1, maxRetries: 2 },
    );
    await app.worker();
    const sent = await app.send('mail');
    await expect(sent.get()).rejects.toMatchObject({ code: 'TASK_FAILED', remote: { type: 'SmtpError', message: 'busy' } });
    expect(runs).toBe(3);
    expect(await sent.traceback()).toContain('busy');
    expect(await sent.get({ propagate: false })).toMatchObject({ type: 'SmtpError' });
    expect(await app.transport.inspector.findDeadLetters('default', [sent.id])).toMatchObject([{ reason: 'failed' }]);
  });

  it('does not retry other errors', async () => {
    let runs = 0;
    app.task(
      'mail',
      () => {
        runs++;
        throw new TypeError('bug');
      },
      { autoretryFor: [SmtpError] },
    );
    await app.worker();
    await expect((await app.send('mail')).get()).rejects.toThrow('TypeError: bug');
    expect(runs).toBe(1);
  });

  it('stores RETRY while it waits for the next attempt', async () => {
    const failed = signal();
    app.task(
      'mail',
      () => {
        failed.give();
        throw new SmtpError('busy');
      },
      { autoretryFor: [SmtpError], defaultRetryDelay: '1h' },
    );
    const worker = await app.worker();
    const sent = await app.send('mail');
    await failed.come;
    await worker.stop();
    expect(await sent.state()).toBe('RETRY');
    expect(await sent.result()).toMatchObject({ type: 'SmtpError' });
    expect(await app.transport.inspector.counts('default')).toMatchObject({ ready: 0, delayed: 1, limited: 0, leased: 0 });
  });

  it('retries with the delay and the arguments of ctx.retry()', async () => {
    const runs: [number, unknown][] = [];
    app.task('sync', (context, page: number) => {
      runs.push([Date.now(), page]);
      if (context.retries === 0) throw context.retry({ countdown: 80, args: [page + 1] });
      return page;
    });
    await app.worker();
    expect(await (await app.send('sync', [1])).get()).toBe(2);
    expect(runs[1]![0] - runs[0]![0]).toBeGreaterThanOrEqual(80);
  });

  it('throws the given error, or MaxRetriesExceeded, from ctx.retry() when none is left', async () => {
    app.task(
      'given',
      (context) => {
        throw context.retry({ error: new SmtpError('last') });
      },
      { maxRetries: 0, autoretryFor: [SmtpError] },
    );
    app.task('none', (context) => {
      throw context.retry({ maxRetries: 0 });
    });
    await app.worker();
    await expect((await app.send('given')).get()).rejects.toThrow('SmtpError: last');
    await expect((await app.send('none')).get()).rejects.toThrow('MaxRetriesExceededError');
  });

  it('rule 14: retries an early-acknowledged task under the same id', async () => {
    const seen: [string, number][] = [];
    app.task(
      'early',
      (context) => {
        seen.push([context.id, context.retries]);
        if (context.retries === 0) throw new SmtpError('busy');
        return 'done';
      },
      { acksLate: false, autoretryFor: [SmtpError], defaultRetryDelay: 1 },
    );
    await app.worker();
    const sent = await app.send('early', [], { taskId: 'fixed' });
    expect(await sent.get()).toBe('done');
    expect(seen).toEqual([
      ['fixed', 0],
      ['fixed', 1],
    ]);
  });
});
