import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Discard, Ignore, Reject, Snooze, SoftTimeLimitExceeded } from '../../libs/task-queue/src/errors/index.js';
import { BROKERS, Harness, signal } from './harness.js';

class SmtpError extends Error {}

describe.each(BROKERS)('what a handler can throw to end its run, on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  const deadLetters = async () => (await app.transport.inspector.deadLetters('default', { limit: 10 })).letters;

  describe('Ignore', () => {
    it('ends the task as IGNORED, with no retry and no dead letter', async () => {
      let runs = 0;
      app.task(
        'sync',
        () => {
          runs++;
          throw new Ignore('the row was deleted');
        },
        { autoretryFor: [Error] },
      );
      await app.worker();
      const sent = await app.send('sync');
      expect(await sent.get()).toBeUndefined();
      expect(await sent.state()).toBe('IGNORED');
      expect(runs).toBe(1);
      expect(await deadLetters()).toEqual([]);
    });
  });

  describe('Reject', () => {
    it('ends the task as REJECTED and keeps the message as a dead letter', async () => {
      app.task(
        'sync',
        () => {
          throw new Reject({ reason: 'not of this tenant' });
        },
        { autoretryFor: [Error] },
      );
      await app.worker();
      const sent = await app.send('sync');
      await expect(sent.get()).rejects.toMatchObject({ code: 'TASK_FAILED', remote: { code: 'TASK_REJECTED' } });
      expect(await sent.state()).toBe('REJECTED');
      expect(await deadLetters()).toMatchObject([{ id: sent.id, reason: 'rejected', detail: 'Rejected: not of this tenant.' }]);
    });

    it('goes back to its queue with requeue, for whoever takes it next, spending no retry', async () => {
      const runs: [number, boolean][] = [];
      app.task('sync', (context) => {
        runs.push([context.retries, context.deliveryInfo.redelivered]);
        if (runs.length < 3) throw new Reject({ requeue: true });
        return 'done';
      });
      await app.worker();
      expect(await (await app.send('sync')).get()).toBe('done');
      expect(runs).toEqual([
        [0, false],
        [0, true],
        [0, true],
      ]);
    });

    it('is charged with requeue, so that a message that everybody rejects ends after maxDeliveries', async () => {
      let runs = 0;
      app.task('sync', () => {
        runs++;
        throw new Reject({ requeue: true });
      });
      await app.worker({ maxDeliveries: 4 });
      const sent = await app.send('sync');
      await expect(sent.get()).rejects.toThrow('Reject');
      expect(runs).toBe(4);
      expect(await sent.state()).toBe('REJECTED');
      expect(await deadLetters()).toMatchObject([{ reason: 'rejected' }]);
    });

    it('is final for a task that was acknowledged early: there is no delivery to give back', async () => {
      app.task(
        'early',
        () => {
          throw new Reject({ requeue: true });
        },
        { acksLate: false },
      );
      await app.worker();
      const sent = await app.send('early');
      await expect(sent.get()).rejects.toThrow('Reject');
      expect(await sent.state()).toBe('REJECTED');
    });
  });

  describe('Snooze', () => {
    it('runs the same attempt again after a while, however often, without spending a retry or a delivery', async () => {
      const runs: [number, boolean][] = [];
      app.task(
        'poll',
        (context) => {
          runs.push([context.retries, context.deliveryInfo.redelivered]);
          if (runs.length < 8) throw new Snooze(1);
          return 'ready';
        },
        { maxRetries: 0, maxDeliveries: 2 },
      );
      await app.worker();
      expect(await (await app.send('poll')).get()).toBe('ready');
      expect(runs).toEqual(Array(8).fill([0, false]));
    });

    it('waits in the broker, as RETRY', async () => {
      const ran = signal();
      app.task('poll', () => {
        ran.give();
        throw new Snooze('1h');
      });
      const worker = await app.worker();
      const sent = await app.send('poll');
      await ran.come;
      await worker.stop();
      expect(await app.transport.inspector.counts('default')).toMatchObject({ ready: 0, delayed: 1, limited: 0, leased: 0 });
      expect(await sent.state()).toBe('RETRY');
    });

    it('comes again under its id when it was acknowledged early', async () => {
      const ids: string[] = [];
      app.task(
        'early',
        (context) => {
          ids.push(context.id);
          if (ids.length === 1) throw new Snooze(1);
          return 'ready';
        },
        { acksLate: false },
      );
      await app.worker();
      const sent = await app.send('early');
      expect(await sent.get()).toBe('ready');
      expect(ids).toEqual([sent.id, sent.id]);
    });

    it('refuses what is no duration', () => {
      expect(() => new Snooze('soon')).toThrow("Option 'Snooze' must be a number of milliseconds");
    });
  });

  describe('Discard', () => {
    it('fails at once, whatever retries are left, and says why in the dead letter', async () => {
      let runs = 0;
      app.task(
        'mail',
        () => {
          runs++;
          throw new Discard('the address does not exist', { cause: new SmtpError('550') });
        },
        { autoretryFor: [Error], defaultRetryDelay: 1 },
      );
      await app.worker();
      const sent = await app.send('mail');
      await expect(sent.get()).rejects.toMatchObject({ remote: { code: 'TASK_DISCARDED' } });
      expect(runs).toBe(1);
      expect(await sent.state()).toBe('FAILURE');
      expect(await deadLetters()).toMatchObject([{ reason: 'discarded' }]);
    });
  });
});

describe.each(BROKERS)('what a task says of its failures, on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  const deadLetters = async () => (await app.transport.inspector.deadLetters('default', { limit: 10 })).letters;

  it('acksOnFailure: false gives a failure to another worker until maxDeliveries, after its retries', async () => {
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

  it('acksOnTimeout: false does the same for what a time limit ended, and only for that', async () => {
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
  }, 20_000);

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

  it('throws: an expected error fails the task like any other, without a retry of its own', async () => {
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

  it('retry: { delay } decides by the error; what the error asks for as retryAfter goes first', async () => {
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

  it('a retry.delay that throws costs no task: defaultRetryDelay stands in', async () => {
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
