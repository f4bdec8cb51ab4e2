import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { SoftTimeLimitExceeded, TaskIgnoredError } from '../../libs/task-queue/src/errors/index.js';
import { currentTask } from '../../libs/task-queue/src/ports/index.js';
import { BROKERS, Harness, signal } from './harness.js';

class SmtpError extends Error {}

describe.each(BROKERS)('task semantics on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  describe('calling', () => {
    it('runs a task with its arguments and gives back what it returned', async () => {
      app.task('add', (_context, a: number, b: number) => a + b);
      await app.worker();
      const sent = await app.send('add', [2, 3]);
      expect(await sent.get()).toBe(5);
      expect(await sent.state()).toBe('SUCCESS');
      expect([await sent.ready(), await sent.successful(), await sent.failed()]).toEqual([true, true, false]);
    });

    it('shows the handler its call: id, headers, queue, priority, kwargs', async () => {
      app.task('look', (context) => ({
        id: context.id,
        headers: context.headers,
        kwargs: context.kwargs,
        info: context.deliveryInfo,
        retries: context.retries,
        root: context.rootId,
      }));
      await app.worker({ queues: ['high'] });
      const sent = await app.send('look', [], { queue: 'high', priority: 9, headers: { tenant: 'a' }, kwargs: { x: 1 }, taskId: 'my-id' });
      expect(await sent.get()).toEqual({
        id: 'my-id',
        headers: { tenant: 'a' },
        kwargs: { x: 1 },
        info: { queue: 'high', priority: 9, redelivered: false },
        retries: 0,
        root: 'my-id',
      });
    });

    it('stores a result of undefined as null, so that get() ends', async () => {
      app.task('nothing', () => undefined);
      await app.worker();
      expect(await (await app.send('nothing')).get()).toBeNull();
    });

    it('takes an id of the caller once', async () => {
      app.task('once', () => 1);
      const first = await app.send('once', [], { taskId: 'a' });
      const second = await app.send('once', [], { taskId: 'a' });
      expect([first.deduplicated, second.deduplicated]).toEqual([false, true]);
      await app.worker();
      await first.get();
      expect((await app.send('once', [], { taskId: 'a' })).deduplicated).toBe(true);
    });

    it('runs higher priorities first', async () => {
      const order: number[] = [];
      const all = signal();
      app.task('mark', (context) => {
        order.push(context.deliveryInfo.priority);
        if (order.length === 3) all.give();
      });
      for (const priority of [1, 9, 5]) await app.send('mark', [], { priority });
      await app.worker({ pool: 'solo' });
      await all.come;
      expect(order).toEqual([9, 5, 1]);
    });

    it('holds a countdown and an eta back in the broker, as PENDING', async () => {
      app.task('later', () => Date.now());
      await app.worker();
      const began = Date.now();
      const far = await app.send('later', [], { countdown: '1h' });
      const soon = await app.send('later', [], { eta: new Date(began + 150) });
      const countdown = await app.send('later', [], { countdown: 100 });
      expect(await countdown.get()).toBeGreaterThanOrEqual(began + 100);
      expect(await soon.get()).toBeGreaterThanOrEqual(began + 150);
      expect(await far.state()).toBe('PENDING');
    });

    it('ends an expired message as REVOKED without running it', async () => {
      let runs = 0;
      app.task('stale', () => void runs++);
      const sent = await app.send('stale', [], { expires: 1 });
      await wait(5);
      await app.worker();
      await expect(sent.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
      expect([runs, await sent.state()]).toEqual([0, 'REVOKED']);
    });

    it('answers UNKNOWN for an id that nobody knows', async () => {
      expect(await app.client.result('nobody').state()).toBe('UNKNOWN');
    });

    it('stores nothing with ignoreResult', async () => {
      const done = signal();
      app.task('quiet', () => done.give());
      const worker = await app.worker();
      const sent = await app.send('quiet', [], { ignoreResult: true });
      await done.come;
      await worker.stop();
      expect(await sent.state()).toBe('UNKNOWN');
    });

    it('forgets a result', async () => {
      app.task('a', () => 1);
      await app.worker();
      const sent = await app.send('a');
      await sent.get();
      await sent.forget();
      expect(await sent.state()).toBe('UNKNOWN');
    });

    it('gives up waiting after the timeout, with the state', async () => {
      const sent = await app.send('nobody-runs-it');
      await expect(sent.get({ timeout: 30 })).rejects.toMatchObject({
        code: 'RESULT_TIMEOUT',
        message: expect.stringContaining('PENDING'),
      });
    });

    it('makes what a task sends part of its tree', async () => {
      app.task('child', (context) => ({ root: context.rootId, parent: context.parentId }));
      app.task('parent', async () => (await app.send('child')).id);
      await app.worker();
      const parent = await app.send('parent');
      const child = app.client.result((await parent.get()) as string);
      expect(await child.get()).toEqual({ root: parent.id, parent: parent.id });
    });

    it('keeps the run in AsyncLocalStorage across awaits', async () => {
      app.task('where', async (context) => {
        await wait(1);
        return currentTask.getStore() === context;
      });
      await app.worker();
      expect(await (await app.send('where')).get()).toBe(true);
    });
  });

  describe('retries', () => {
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
      expect(await app.transport.inspector.deadLetters('default', { limit: 10 })).toMatchObject([{ id: sent.id, reason: 'failed' }]);
    });

    it('does not retry what it is not told to', async () => {
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
      expect(await app.transport.inspector.counts('default')).toMatchObject({ ready: 0, delayed: 1, leased: 0 });
    });

    it('retries just as late, and with the arguments, that ctx.retry() says', async () => {
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

    it('retries an early-acknowledged task under the same id', async () => {
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

  describe('limits, states and ends', () => {
    it('aborts the signal at the soft limit, and ends as SoftTimeLimitExceeded', async () => {
      app.task('slow', (context) => wait(60_000, undefined, { signal: context.signal }), { softTimeLimit: 20 });
      await app.worker();
      await expect((await app.send('slow')).get()).rejects.toThrow(/SoftTimeLimitExceeded: .* softTimeLimit of 20 ms/);
    });

    it('lets the call shorten the soft limit, and a policy retry it', async () => {
      app.task('slow', (context) => (context.retries === 0 ? wait(60_000, undefined, { signal: context.signal }) : 'second'), {
        autoretryFor: [SoftTimeLimitExceeded],
        defaultRetryDelay: 1,
      });
      await app.worker();
      expect(await (await app.send('slow', [], { softTimeLimit: 20 })).get()).toBe('second');
    });

    it('stores STARTED and custom states, which a terminal one ends', async () => {
      const halfway = signal();
      const go = signal();
      app.task(
        'export',
        async (context) => {
          expect(await app.client.result(context.id).state()).toBe('STARTED');
          await context.updateState('PROGRESS', { current: 1, total: 2 });
          halfway.give();
          await go.come;
          return 'file';
        },
        { trackStarted: true },
      );
      await app.worker();
      const sent = await app.send('export');
      await halfway.come;
      expect([await sent.state(), await sent.result()]).toEqual(['PROGRESS', { current: 1, total: 2 }]);
      go.give();
      expect(await sent.get()).toBe('file');
    });

    it('refuses a state of its own as a custom one', async () => {
      app.task('odd', (context) => context.updateState('SUCCESS'));
      await app.worker();
      await expect((await app.send('odd')).get()).rejects.toThrow('InvalidOptionError');
    });

    it('ends as IGNORED, without failure or dead letter', async () => {
      app.task('gone', () => {
        throw new TaskIgnoredError('the row was deleted');
      });
      await app.worker();
      const sent = await app.send('gone');
      expect(await sent.get()).toBeUndefined();
      expect(await sent.state()).toBe('IGNORED');
      expect(await app.transport.inspector.counts('default')).toMatchObject({ dead: 0 });
    });

    it('ends as FAILURE when a handler throws a non-Error', async () => {
      app.task('odd', () => {
        throw 'a text';
      });
      await app.worker();
      await expect((await app.send('odd')).get()).rejects.toMatchObject({
        remote: { type: 'string', message: expect.stringContaining("'a text'") },
      });
    });

    it('ends as FAILURE when the result cannot be stored, naming the place', async () => {
      app.task('odd', () => ({ rows: [{ at: new Date() }] }));
      await app.worker();
      await expect((await app.send('odd')).get()).rejects.toMatchObject({
        remote: { code: 'RESULT_NOT_SERIALIZABLE', message: expect.stringContaining('result.rows[0].at is a Date') },
      });
    });
  });

  describe('revoke', () => {
    it('keeps a waiting task from running, and ends it as REVOKED', async () => {
      let runs = 0;
      app.task('later', () => void runs++);
      const sent = await app.send('later', [], { countdown: '1h' });
      await sent.revoke();
      await app.worker();
      await expect(sent.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
      expect(runs).toBe(0);
    });

    it('remembers an id that has not come yet', async () => {
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

  describe('what cannot be run', () => {
    it('makes a malformed message a dead letter with the reason, and goes on', async () => {
      app.task('a', () => 1);
      await app.transport.broker.publish([{ id: 'bad', queue: 'default', body: '{not json', priority: 5, traced: false }], {
        timeout: 5_000,
      });
      await app.worker();
      expect(await (await app.send('a')).get()).toBe(1);
      await expect(app.client.result('bad').get()).rejects.toMatchObject({ remote: { code: 'MESSAGE_MALFORMED' } });
      expect(await app.transport.inspector.deadLetters('default', { limit: 10 })).toMatchObject([{ id: 'bad', reason: 'malformed' }]);
    });

    it('parks a task that this worker does not know until one comes that does', async () => {
      const other = await Harness.open(url(), { keyPrefix: app.options.keyPrefix });
      const known = signal();
      app.task('known', () => known.give());
      await app.worker({ unknownTaskDelay: 20 });
      const sent = await app.send('unknown');
      await app.send('known');
      await known.come;
      expect(['PENDING', 'RECEIVED']).toContain(await sent.state());
      other.task('unknown', () => 'found');
      await other.worker({ unknownTaskDelay: 20 });
      expect(await sent.get()).toBe('found');
      await other.close();
    });

    it('makes it a dead letter when none comes', async () => {
      await app.worker({ unknownTaskDelay: 1, unknownTaskRetention: 5 });
      const sent = await app.send('unknown');
      await expect(sent.get()).rejects.toMatchObject({ remote: { code: 'TASK_UNKNOWN' } });
      expect(await app.transport.inspector.deadLetters('default', { limit: 10 })).toMatchObject([{ id: sent.id, reason: 'unknown_task' }]);
    });
  });

  describe('shutdown', () => {
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

    it('gives back what does not end in time, without spending an attempt', async () => {
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

    it('ends an early-acknowledged task that does not end in time as FAILURE: it has no message to go back with', async () => {
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

  it('runs many tasks with every result its own', async () => {
    app.task('double', (_context, n: number) => n * 2);
    await app.worker({ concurrency: 50 });
    const sent = await app.client.sendMany(Array.from({ length: 1_500 }, (_, n) => ({ name: 'double', args: [n] })));
    const values = await Promise.all(sent.map((one) => one.get()));
    expect(values).toEqual(Array.from({ length: 1_500 }, (_, n) => n * 2));
    expect(await app.transport.inspector.counts('default')).toEqual({ ready: 0, delayed: 0, leased: 0, suspects: 0, dead: 0 });
  });
});
