import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SoftTimeLimitExceeded } from '../../libs/task-queue/src/core/errors/run-errors.js';
import { BROKERS, Harness, signal } from './harness.js';

class SmtpError extends Error {}

describe.each(BROKERS)('failure policies of a task, on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  const deadLetters = async () => (await app.transport.inspector.deadLetters('default', { limit: 10 })).letters;

  it('acksOnFailure: false releases a failed task to other workers until maxDeliveries, after its retries', async () => {
    const retries: number[] = [];
    app.task(
      'mail',
      (context) => {
        retries.push(context.retries);
        throw new SmtpError('busy');
      },
      { acksOnFailure: false, maxDeliveries: 3, autoretryFor: [SmtpError], maxRetries: 1, defaultRetryDelay: 0 },
    );
    await app.worker();
    const sent = await app.send('mail');
    await expect(sent.get()).rejects.toThrow('SmtpError: busy');
    expect(retries).toEqual([0, 1, 1, 1]);
    expect(await deadLetters()).toMatchObject([{ reason: 'failed', detail: 'SmtpError: busy' }]);
  });

  it('acksOnTimeout: false does the same for runs that a time limit ended, and only for those', async () => {
    let runs = 0;
    app.task(
      'slow',
      async (context) => {
        runs++;
        await new Promise((_resolve, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason as Error)));
      },
      { softTimeLimit: 5, acksOnTimeout: false, maxDeliveries: 2 },
    );
    let bugs = 0;
    app.task(
      'bug',
      () => {
        bugs++;
        throw new TypeError('bug');
      },
      { acksOnTimeout: false, maxDeliveries: 2 },
    );
    await app.worker();
    await expect((await app.send('slow')).get()).rejects.toThrow(SoftTimeLimitExceeded.name);
    await expect((await app.send('bug')).get()).rejects.toThrow('TypeError');
    expect([runs, bugs]).toEqual([2, 1]);
  });

  it('rejectOnWorkerLost: false fails a task whose worker was lost instead of running it again', async () => {
    let runs = 0;
    app.task('once', () => runs++, { rejectOnWorkerLost: false });
    const lost = await app.transport.broker.consume(['default'], {
      lease: 100,
      renew: false,
      maxLoopBlock: 60_000,
      maxWait: 1_000,
      events: { lost() {}, revoked() {} },
    });
    const sent = await app.send('once');
    expect(await lost.receive(1, new AbortController().signal)).toHaveLength(1);
    await lost.close();
    await app.worker({ lease: 100 });
    await expect(sent.get()).rejects.toMatchObject({ remote: { code: 'WORKER_LOST' } });
    expect(runs).toBe(0);
    expect(await deadLetters()).toMatchObject([{ reason: 'worker_lost' }]);
  });

  it('storeErrorsEvenIfIgnored keeps the error, and not the result, of a task that ignores results', async () => {
    const ended = signal();
    app.task(
      'maybe',
      (_context, fails: boolean) => {
        if (fails) throw new SmtpError('busy');
        ended.give();
        return 'secret';
      },
      { ignoreResult: true, storeErrorsEvenIfIgnored: true },
    );
    const worker = await app.worker();
    const good = await app.send('maybe', [false]);
    await expect((await app.send('maybe', [true])).get()).rejects.toThrow('SmtpError: busy');
    await ended.come;
    await worker.stop();
    expect(await good.record()).toBeNull();
  });

  it('throws: an expected error fails the task like any other and adds no retry', async () => {
    app.task(
      'mail',
      () => {
        throw new SmtpError('no such user');
      },
      { throws: [SmtpError] },
    );
    await app.worker();
    await expect((await app.send('mail')).get()).rejects.toThrow('SmtpError: no such user');
  });

  it('retry: { delay } decides by the error; retryAfter of the error wins', async () => {
    const waits: unknown[] = [];
    let runs = 0;
    app.task(
      'call',
      () => {
        runs++;
        if (runs === 1) throw Object.assign(new SmtpError('busy'), { code: 'slow' });
        if (runs === 2) throw Object.assign(new SmtpError('limited'), { retryAfter: 1 });
        return runs;
      },
      {
        retry: {
          on: [SmtpError],
          delay: (error, retries) => {
            waits.push([(error as { code?: string }).code, retries]);
            return 1;
          },
        },
      },
    );
    await app.worker();
    expect(await (await app.send('call')).get()).toBe(3);
    expect(waits).toEqual([['slow', 0]]);
  });

  it('a retry.delay that throws does not fail the task: defaultRetryDelay is used', async () => {
    app.task(
      'call',
      (context) => {
        if (context.retries === 0) throw new SmtpError('busy');
        return 'done';
      },
      {
        defaultRetryDelay: 1,
        retry: {
          on: [SmtpError],
          delay: () => {
            throw new TypeError('bug in the policy');
          },
        },
      },
    );
    await app.worker();
    expect(await (await app.send('call')).get()).toBe('done');
  });
});
