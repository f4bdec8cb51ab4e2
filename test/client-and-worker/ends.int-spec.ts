import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as wait } from 'node:timers/promises';
import { SoftTimeLimitExceeded } from '../../libs/task-queue/src/core/errors/run-errors.js';
import { Ignore } from '../../libs/task-queue/src/core/attempt/semipredicates.js';
import { BROKERS, Harness, signal } from './harness.js';

describe.each(BROKERS)('limits, states and ends on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  it('aborts the signal at the soft limit, and ends as SoftTimeLimitExceeded', async () => {
    app.task('slow', (context) => wait(60_000, undefined, { signal: context.signal }), { softTimeLimit: 20 });
    await app.worker();
    await expect((await app.send('slow')).get()).rejects.toThrow(/SoftTimeLimitExceeded: .* softTimeLimit of 20 ms/);
  });

  it('the call can shorten the soft limit, and a policy can retry it', async () => {
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
      throw new Ignore('the row was deleted');
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
