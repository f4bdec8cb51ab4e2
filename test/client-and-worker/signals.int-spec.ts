import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { signature } from '../../libs/task-queue/src/core/canvas/signature.js';
import { Reject } from '../../libs/task-queue/src/core/attempt/semipredicates.js';
import type { SignalName, SignalPayloads } from '../../libs/task-queue/src/core/ports/task/signals.js';
import { BROKERS, Harness, signal } from './harness.js';

class SmtpError extends Error {}

describe.each(BROKERS)('signals on %s', (_, url) => {
  let app: Harness;
  let seen: [SignalName, Record<string, unknown>][];
  beforeEach(async () => {
    app = await Harness.open(url());
    seen = [];
  });
  afterEach(() => app.close());

  function listen(...names: SignalName[]): void {
    for (const name of names) app.listeners.on(name, 'test', (payload) => void seen.push([name, payload as never]));
  }
  const names = () => seen.map(([name]) => name);

  it('are emitted for the whole life of a successful task, in order', async () => {
    listen('before_task_publish', 'after_task_publish', 'task_received', 'task_prerun', 'task_success', 'task_postrun');
    app.task('add', (_context, a: number, b: number) => a + b);
    const sent = await app.send('add', [2, 3], { headers: { tenant: 'a' } });
    await app.worker({ name: 'w1' });
    await sent.get();
    expect(names()).toEqual(['before_task_publish', 'after_task_publish', 'task_received', 'task_prerun', 'task_success', 'task_postrun']);
    const common = { id: sent.id, task: 'add', args: [2, 3], kwargs: {}, queue: 'default', retries: 0, rootId: sent.id, parentId: null };
    expect(seen[1]![1]).toEqual({ ...common, headers: { tenant: 'a' }, deduplicated: false });
    expect(seen[2]![1]).toEqual({ ...common, headers: { tenant: 'a' }, worker: 'w1', redelivered: false });
    expect(seen[4]![1]).toMatchObject({ ...common, worker: 'w1', result: 5, context: { id: sent.id } });
    expect(seen[5]![1]).toMatchObject({ state: 'SUCCESS', result: 5 });
  });

  it.each([true, false])('are emitted for retries and links sent at the end of a run, acksLate: %s', async (acksLate) => {
    const linked = signal<Readonly<Record<string, unknown>>>();
    app.task(
      'flaky',
      (context) => {
        if (context.retries === 0) throw context.retry({ countdown: 0 });
        return context.headers['stamp'];
      },
      { acksLate },
    );
    app.task('next', (context) => linked.give(context.headers));
    const sent = await app.send('flaky', [], { link: signature('next', ['mine']) });
    listen('before_task_publish', 'after_task_publish');
    app.listeners.on('before_task_publish', 'test', ({ headers, task }) => void (headers['stamp'] = `of ${task}`));
    const worker = await app.worker();
    expect([await sent.get(), await linked.come]).toEqual(['of flaky', { stamp: 'of next' }]);
    await worker.stop();
    // A worker may hold the retry before the settlement that sent it is answered: each task's signals come in order.
    const toldOf = (name: string) =>
      seen.filter(([, { task }]) => task === name).map(([signal, { retries, parentId, args }]) => [signal, retries, parentId, args]);
    expect(toldOf('flaky')).toEqual([
      ['before_task_publish', 1, null, []],
      ['after_task_publish', 1, null, []],
    ]);
    expect(toldOf('next')).toEqual([
      ['before_task_publish', 0, sent.id, ['of flaky', 'mine']],
      ['after_task_publish', 0, sent.id, ['of flaky', 'mine']],
    ]);
  });

  it.each([
    ['reject', []],
    ['existing', [['next', true]]],
  ] as const)('tell of a link whose unique key is held as of a call: %s', async (onConflict, told) => {
    const unique = { key: 'k', onConflict };
    await app.send('next', [], { unique, countdown: '1h' });
    app.task('first', () => 1);
    const after = signal();
    app.listeners.on('after_task_publish', 'test', ({ task, deduplicated, parentId }) => {
      if (parentId !== null) seen.push(['after_task_publish', { task, deduplicated }]);
      if (task === 'other') after.give();
    });
    const link = [signature('next', [], { unique }), signature('other')];
    await app.send('first', [], { link });
    await app.worker();
    await after.come;
    expect(seen.map(([, { task, deduplicated }]) => [task, deduplicated])).toEqual([...told, ['other', false]]);
  });

  it('are emitted for retries, the final failure, and the state of each run', async () => {
    listen('task_prerun', 'task_retry', 'task_failure', 'task_postrun');
    app.task(
      'mail',
      () => {
        throw new SmtpError('busy');
      },
      { autoretryFor: [SmtpError], maxRetries: 1, defaultRetryDelay: 1 },
    );
    await app.worker();
    await (await app.send('mail')).get({ propagate: false });
    expect(seen.map(([name, payload]) => [name, payload['retries'], payload['state']])).toEqual([
      ['task_prerun', 0, undefined],
      ['task_retry', 0, undefined],
      ['task_postrun', 0, 'RETRY'],
      ['task_prerun', 1, undefined],
      ['task_failure', 1, undefined],
      ['task_postrun', 1, 'FAILURE'],
    ]);
    expect(seen[1]![1]).toMatchObject({ error: expect.any(SmtpError), due: { delay: 1 } });
    expect(seen[4]![1]).toMatchObject({ error: expect.any(SmtpError), expected: false });
  });

  it('are emitted for tasks revoked or expired before they run, and for an aborted run', async () => {
    listen('task_revoked', 'task_prerun');
    const running = signal();
    app.task('wait', async (context) => {
      running.give();
      await new Promise((_resolve, reject) => context.signal.addEventListener('abort', () => reject(context.signal.reason as Error)));
    });
    const revoked = await app.send('wait');
    await revoked.revoke();
    const expired = await app.send('wait', [], { expires: 0 });
    await app.worker();
    await Promise.all([revoked, expired].map((one) => one.get({ propagate: false })));
    const cut = await app.send('wait');
    await running.come;
    await cut.revoke({ terminate: true });
    await cut.get({ propagate: false });
    const told = new Map(seen.filter(([name]) => name === 'task_revoked').map(([, payload]) => [payload['id'], payload]));
    expect(told.get(revoked.id)).toMatchObject({ terminated: false, expired: false });
    expect(told.get(expired.id)).toMatchObject({ terminated: false, expired: true });
    expect(told.get(cut.id)).toMatchObject({ terminated: true, expired: false });
    expect(names().filter((name) => name === 'task_prerun')).toHaveLength(1);
  });

  it('are emitted for rejections, by a task and of unreadable messages', async () => {
    listen('task_rejected');
    let runs = 0;
    app.task('picky', () => {
      throw new Reject({ requeue: runs++ === 0 });
    });
    await app.transport.broker.publish([{ id: 'broken', queue: 'default', body: 'nonsense', priority: 5, traced: false }], {
      timeout: 5_000,
    });
    await app.worker();
    await app.client.result('broken').get({ propagate: false });
    await (await app.send('picky')).get({ propagate: false });
    expect(seen.map(([, { task, requeue }]) => [task, requeue])).toEqual([
      [null, false],
      ['picky', true],
      ['picky', false],
    ]);
  });

  it('are emitted for an unknown task', async () => {
    const told = signal<SignalPayloads['task_unknown']>();
    app.listeners.on('task_unknown', 'test', told.give);
    await app.worker();
    const sent = await app.send('nobody');
    expect(await told.come).toMatchObject({ id: sent.id, task: 'nobody', error: { code: 'TASK_UNKNOWN' } });
  });

  it('are emitted for the life of a worker', async () => {
    listen('worker_init', 'worker_process_init', 'worker_ready', 'worker_shutting_down', 'worker_process_shutdown', 'worker_shutdown');
    const worker = await app.worker({ name: 'w1', concurrency: 3 });
    await worker.stop();
    expect(names()).toEqual([
      'worker_init',
      'worker_process_init',
      'worker_ready',
      'worker_shutting_down',
      'worker_process_shutdown',
      'worker_shutdown',
    ]);
    expect(seen[0]![1]).toEqual({ worker: 'w1', queues: ['default'], concurrency: 3, pool: 'async' });
    expect(seen[1]![1]).toEqual({ worker: 'w1', pid: process.pid });
  });

  it('a header that a listener adds travels to the task; one that JSON cannot carry is left behind, and counted', async () => {
    let bad = false;
    app.listeners.on('before_task_publish', 'test', ({ headers }) => void (headers['trace'] = bad ? new Date() : 'abc'));
    app.task('headers', (context) => context.headers);
    await app.worker();
    expect(await (await app.send('headers', [], { headers: { tenant: 'a' } })).get()).toEqual({ tenant: 'a', trace: 'abc' });
    bad = true;
    expect(await (await app.send('headers', [], { headers: { tenant: 'a' } })).get()).toEqual({ tenant: 'a' });
    expect(app.listeners.failures).toEqual(new Map([['before_task_publish', 1]]));
  });

  it('are awaited: a listener before the run ends first, and one after it ends before the result is stored', async () => {
    const steps: string[] = [];
    const step = (text: string) => async () => {
      await Promise.resolve();
      steps.push(text);
    };
    app.listeners.on('task_prerun', 'test', step('prerun'));
    app.listeners.on('task_postrun', 'test', step('postrun'));
    app.task('run', () => void steps.push('run'));
    await app.worker();
    await (await app.send('run')).get();
    expect(steps).toEqual(['prerun', 'run', 'postrun']);
  });

  it('a listener that throws or rejects is only counted, wherever it is declared', async () => {
    const fails: SignalName[] = ['before_task_publish', 'task_received', 'task_prerun', 'task_success', 'worker_ready'];
    for (const name of fails) {
      app.listeners.on(name, 'throws', () => {
        throw new Error('listener');
      });
      app.listeners.on(name, 'rejects', async () => Promise.reject(new Error('listener')));
    }
    app.task('run', () => 'done');
    await app.worker();
    expect(await (await app.send('run')).get()).toBe('done');
    expect(app.listeners.failures).toEqual(new Map(fails.map((name) => [name, 2])));
  });

  it('hooks are called around each run, in the context of the task; one that throws is counted', async () => {
    const steps: string[] = [];
    const hook = (text: string) => ({
      place: 'test',
      call: ({ context }: { context: { retries: number } }) => void steps.push(`${text} ${context.retries}`),
    });
    const broken = {
      place: 'test',
      call: () => {
        throw new Error('hook');
      },
    };
    app.task('hooked', (context) => {
      steps.push(`run ${context.retries}`);
      if (context.retries === 0) throw context.retry({ countdown: 0 });
    });
    const handler = app.handlers.get('hooked')!;
    Object.assign(handler, {
      hooks: {
        beforeStart: [broken, hook('before')],
        retry: [hook('retry')],
        success: [hook('success')],
        failure: [hook('failure')],
        afterReturn: [hook('after')],
      },
    });
    await app.worker();
    await (await app.send('hooked')).get();
    expect(steps).toEqual(['before 0', 'run 0', 'retry 0', 'after 0', 'before 1', 'run 1', 'success 1', 'after 1']);
    expect(app.listeners.failures).toEqual(new Map([['beforeStart', 2]]));
  });
});
