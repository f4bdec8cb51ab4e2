import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { TaskErrorReport } from '../../libs/task-queue/src/core/attempt/listening/error-report.js';
import { Discard, Snooze } from '../../libs/task-queue/src/core/attempt/semipredicates.js';
import { BROKERS, Harness } from './harness.js';

class SmtpError extends Error {}

describe.each(BROKERS)('onTaskError on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  it('is called for final failures, with the arguments that may be shown, and not for expected errors', async () => {
    const reports: TaskErrorReport[] = [];
    const options = { autoretryFor: [SmtpError], maxRetries: 1, defaultRetryDelay: 1 };
    const busy = () => {
      throw new SmtpError('busy');
    };
    app.task('login', busy, { ...options, redactArgs: [1, 'token'] });
    app.task('secret', busy, { ...options, redactArgs: true });
    app.task('expected', busy, { throws: [SmtpError] });
    app.task('discarded', () => {
      throw new Discard('gone');
    });
    let snoozed = false;
    app.task('snoozed', () => {
      if (!snoozed) {
        snoozed = true;
        throw new Snooze(0);
      }
    });
    await app.worker({ name: 'w1', onTaskError: (report) => void reports.push(report) });
    const login = await app.send('login', ['ada', 'hunter2'], { kwargs: { token: 'x', page: 1 } });
    await login.get({ propagate: false });
    for (const name of ['secret', 'expected', 'discarded', 'snoozed']) await (await app.send(name, ['x'])).get({ propagate: false });
    expect(reports).toEqual([
      {
        id: login.id,
        task: 'login',
        args: ['ada', '[redacted]'],
        kwargs: { token: '[redacted]', page: 1 },
        error: expect.any(SmtpError),
        queue: 'default',
        retries: 1,
        rootId: login.id,
        parentId: null,
        worker: 'w1',
      },
      expect.objectContaining({ task: 'secret', args: ['[redacted]'] }),
    ]);
  });

  it('cannot fail a task, nor hold one up', async () => {
    const never = new Promise<never>(() => undefined);
    let calls = 0;
    app.task('fail', () => {
      throw new SmtpError('busy');
    });
    await app.worker({
      onTaskError: () => {
        if (calls++ === 0) return never;
        throw new Error('the tracker is down');
      },
    });
    await expect((await app.send('fail')).get()).rejects.toThrow('SmtpError: busy');
    await expect((await app.send('fail')).get()).rejects.toThrow('SmtpError: busy');
    expect(app.listeners.failures).toEqual(new Map([['onTaskError', 1]]));
  });
});
