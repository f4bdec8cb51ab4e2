import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Discard, Ignore, Reject, Snooze } from '../../libs/task-queue/src/core/attempt/semipredicates.js';
import { BROKERS, Harness, signal } from './harness.js';

class SmtpError extends Error {}

describe.each(BROKERS)('semipredicates that a handler throws, on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  const deadLetters = async () => (await app.transport.inspector.deadLetters('default', { limit: 10 })).letters;

  describe('Ignore', () => {
    it('ends the task as IGNORED, without a retry or a dead letter', async () => {
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

    it('goes back to its queue with requeue, for any worker, and uses no retry', async () => {
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

    it('is final for a task that was acknowledged early, because there is no delivery to release', async () => {
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

    it('runs again with its id when it was acknowledged early', async () => {
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

    it('refuses a value that is not a duration', () => {
      expect(() => new Snooze('soon')).toThrow("Option 'Snooze' must be a number of milliseconds");
    });
  });

  describe('Discard', () => {
    it('fails at once, even with retries left, and gives the reason in the dead letter', async () => {
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
