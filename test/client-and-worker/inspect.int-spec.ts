import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AskWorkers } from '../../libs/task-queue/src/core/control/ask-workers.js';
import { TaskControl } from '../../libs/task-queue/src/core/control/task-control.js';
import { TaskInspect } from '../../libs/task-queue/src/core/control/task-inspect.js';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import type { TaskContext } from '../../libs/task-queue/src/core/ports/task/task-context.js';
import { BROKERS, Harness, signal } from './harness.js';

const FOREVER = { timeout: '20s' };
const toW = { destination: 'w', ...FOREVER };

describe.each(BROKERS)('inspecting workers on %s', (_, url) => {
  let app: Harness;
  let inspect: TaskInspect;
  let control: TaskControl;
  let gates: (() => void)[];
  let begun: ReturnType<typeof signal<TaskContext>>[];

  beforeEach(async () => {
    await open({});
    gates = [];
    begun = Array.from({ length: 4 }, () => signal<TaskContext>());
    let runs = 0;
    app.task('hold', async (context) => {
      const gate = signal();
      gates.push(() => gate.give(undefined));
      begun[runs++]!.give(context);
      await gate.come;
    });
  });
  afterEach(async () => {
    for (const open of gates) open();
    await app.close();
  });

  async function open(options: Parameters<typeof Harness.open>[1]): Promise<void> {
    app = await Harness.open(url(), options);
    const workers = new AskWorkers(app.transport.control, systemClock);
    inspect = new TaskInspect(workers);
    control = new TaskControl({ workers, client: app.client, options: app.options });
  }

  it('ping: all workers answer, or only the named ones; missing ones are listed', async () => {
    await app.worker({ name: 'one' });
    await app.worker({ name: 'two' });
    const both = [
      { worker: 'one', value: 'pong' },
      { worker: 'two', value: 'pong' },
    ];
    expect(await inspect.ping({ limit: 2, ...FOREVER })).toEqual(both);
    expect(await inspect.ping({ destination: ['two', 'one'], ...FOREVER })).toEqual(both);
    expect(await inspect.ping({ destination: 'two', ...FOREVER })).toEqual([both[1]]);
    const [silent] = await inspect.ping({ destination: 'three', timeout: 20 });
    expect(silent).toMatchObject({ worker: 'three', error: { code: 'WORKER_SILENT' } });
  });

  it('ping: without workers the answer is empty after the timeout', async () => {
    expect(await inspect.ping({ timeout: 20 })).toEqual([]);
  });

  it('active and reserved: the tasks that run and those that wait in the worker, until they have ended', async () => {
    const worker = await app.worker({ name: 'w', concurrency: 1, queues: ['q'] });
    const sent = await app.send('hold', [{ a: 1 }, 'x'.repeat(5_000)], { queue: 'q', priority: 7 });
    await begun[0]!.come;
    const [reply] = await inspect.active(toW);
    expect(reply!.value).toMatchObject([
      {
        id: sent.id,
        task: 'hold',
        queue: 'q',
        priority: 7,
        retries: 0,
        kwargs: '{}',
        redelivered: false,
        acknowledged: false,
        ending: null,
      },
    ]);
    const { args } = reply!.value![0]!;
    expect(args).toMatch(/^\[ \{ a: 1 \}, 'xxx/);
    expect(args.length).toBeLessThan(1_025);
    expect(await inspect.reserved(toW)).toEqual([{ worker: 'w', value: [] }]);
    gates[0]!();
    await worker.idle();
    expect(await inspect.active(toW)).toEqual([{ worker: 'w', value: [] }]);
  });

  it('queryTask and revoked: the worker that holds a task, and the revoked running tasks', async () => {
    await app.worker({ name: 'w' });
    const sent = await app.send('hold');
    const context = await begun[0]!.come;
    expect(await inspect.queryTask(sent.id, toW)).toMatchObject([{ value: [{ id: sent.id, state: 'active', task: { task: 'hold' } }] }]);
    expect(await inspect.queryTask(['nobody'], toW)).toEqual([{ worker: 'w', value: [] }]);
    expect(await inspect.revoked(toW)).toEqual([{ worker: 'w', value: [] }]);
    const aborted = signal();
    context.signal.addEventListener('abort', () => aborted.give(undefined));
    await sent.revoke({ terminate: true });
    await aborted.come;
    expect(await inspect.revoked(toW)).toEqual([{ worker: 'w', value: [sent.id] }]);
    expect(await inspect.active(toW)).toMatchObject([{ value: [{ id: sent.id, ending: 'TASK_REVOKED' }] }]);
  });

  it('scheduled: delayed messages are counted in the broker', async () => {
    await app.worker({ name: 'w', queues: ['q'] });
    await app.send('hold', [], { queue: 'q', countdown: '1h' });
    const own = { queue: 'direct:w', delayed: 0, limited: 0 };
    expect(await inspect.scheduled(toW)).toEqual([{ worker: 'w', value: [{ queue: 'q', delayed: 1, limited: 0 }, own] }]);
  });

  it('registered, stats, activeQueues and conf describe the worker', async () => {
    await app.worker({ name: 'w', queues: ['q'], concurrency: 3 });
    await app.send('hold', [], { queue: 'q' });
    await begun[0]!.come;
    const [registered] = await inspect.registered(toW);
    expect(registered!.value!.map(({ name }) => name)).toEqual(['hold']);
    const [stats] = await inspect.stats(toW);
    const { name: broker } = app.transport.broker.capabilities;
    const pool = { name: 'async', concurrency: 3, running: 1, reserved: 0 };
    expect(stats!.value).toMatchObject({ pid: process.pid, stopping: false, begun: 1, broker, pool });
    expect(await inspect.activeQueues(toW)).toEqual([
      {
        worker: 'w',
        value: [
          { name: 'q', direct: false },
          { name: 'direct:w', direct: true },
        ],
      },
    ]);
    const [conf] = await inspect.conf(toW);
    expect(conf!.value!.worker).toMatchObject({ name: 'w', queues: ['q'], concurrency: 3, lease: 10_000, tasks: [] });
  });

  it('arguments that a task hides are in no answer', async () => {
    const hold = app.handlers.get('hold')!;
    app.handlers.register({ ...hold, name: 'hiding', options: { ...hold.options, redactArgs: [1] } }, 'here');
    await app.worker({ name: 'w' });
    await app.send('hiding', ['seen', 'hidden']);
    await begun[0]!.come;
    expect(await inspect.active(toW)).toMatchObject([{ value: [{ args: "[ 'seen', '[redacted]' ]" }] }]);
  });

  it('poolGrow and poolShrink change how many run at once, and never to none', async () => {
    const worker = await app.worker({ name: 'w', concurrency: 1, prefetchMultiplier: 0 });
    await app.send('hold');
    await app.send('hold');
    await begun[0]!.come;
    expect(await control.poolGrow(1, toW)).toEqual([{ worker: 'w', value: { concurrency: 2 } }]);
    await begun[1]!.come;
    expect(await control.poolShrink(1, toW)).toEqual([{ worker: 'w', value: { concurrency: 1 } }]);
    await app.send('hold');
    expect(await control.poolShrink(1, toW)).toMatchObject([{ worker: 'w', error: { code: 'INVALID_OPTION' } }]);
    expect(worker.health().running).toBe(2);
    gates[0]!();
    gates[1]!();
    await begun[2]!.come;
    expect(worker.health().running).toBe(1);
  });

  it('a command that the pool does not support is refused with a code', async () => {
    await app.worker({ name: 'w', pool: 'solo' });
    const refused = [{ worker: 'w', error: { code: 'COMMAND_UNSUPPORTED', message: expect.stringContaining("'solo'") } }];
    expect(await control.poolGrow(1, toW)).toEqual(refused);
    expect(await control.timeLimit('hold', { hard: '1s' }, toW)).toEqual(refused);
  });

  it('timeLimit applies to runs that start afterwards, in the addressed worker', async () => {
    await app.worker({ name: 'w' });
    const unlimited = await app.send('hold');
    const first = await begun[0]!.come;
    expect(await control.timeLimit('hold', { soft: 5 }, toW)).toEqual([{ worker: 'w', value: null }]);
    expect(await inspect.registered(toW)).toMatchObject([{ value: [{ name: 'hold', softTimeLimit: 5 }] }]);
    await app.send('hold');
    const second = await begun[1]!.come;
    if (!second.signal.aborted) await new Promise((resolve) => second.signal.addEventListener('abort', resolve));
    expect(second.signal.reason).toMatchObject({ code: 'SOFT_TIME_LIMIT_EXCEEDED' });
    expect(first.signal.aborted).toBe(false);
    expect(await unlimited.state()).not.toBe('FAILURE');
    const [unknown] = await control.timeLimit('hodl', { soft: 5 }, toW);
    expect(unknown!.error).toMatchObject({ code: 'TASK_UNKNOWN', message: expect.stringContaining("Did you mean 'hold'?") });
  });

  it('rateLimit is the broker’s, and so of all workers', async () => {
    await control.rateLimit('hold', '1/h');
    await control.rateLimit('hold', null);
    await expect(control.rateLimit('hold', 'often' as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('addConsumer and cancelConsumer return the queues that the worker consumes then', async () => {
    const worker = await app.worker({ name: 'w', queues: ['a'], direct: false });
    const names = (replies: Awaited<ReturnType<TaskInspect['activeQueues']>>) => replies[0]!.value!.map(({ name }) => name);
    expect(names(await control.addConsumer('b', toW))).toEqual(['a', 'b']);
    expect(names(await control.cancelConsumer('a', toW))).toEqual(['b']);
    expect(worker.queues).toEqual(['b']);
  });

  it('shutdown: the addressed worker answers, finishes its tasks and ends; the others continue', async () => {
    const [worker, other] = [await app.worker({ name: 'w', queues: ['a'] }), await app.worker({ name: 'other', queues: ['b'] })];
    const sent = await app.send('hold', [], { queue: 'a' });
    await begun[0]!.come;
    expect(await control.shutdown(toW)).toEqual([{ worker: 'w', value: null }]);
    expect(worker.health().consuming).toBe(false);
    expect(await inspect.stats(toW)).toMatchObject([{ value: { stopping: true } }]);
    gates[0]!();
    await worker.stop();
    expect(await sent.state()).toBe('SUCCESS');
    expect(other.health().consuming).toBe(true);
    expect(await inspect.ping({ limit: 1, ...FOREVER })).toEqual([{ worker: 'other', value: 'pong' }]);
  });

  it('a worker answers an unknown command with an error, and ignores a stale one', async () => {
    const worker = await app.worker({ name: 'w' });
    const workers = new AskWorkers(app.transport.control, systemClock);
    const [reply] = await workers.ask('pnig' as 'ping', {}, toW);
    expect(reply!.error).toMatchObject({ code: 'COMMAND_UNKNOWN', message: expect.stringContaining("Did you mean 'ping'?") });
    const [inherited] = await workers.ask('constructor' as 'ping', {}, toW);
    expect(inherited!.error).toMatchObject({ code: 'COMMAND_UNKNOWN' });
    const stale = { type: 'request', method: 'shutdown', args: {}, workers: null, replyTo: null, until: Date.now() - 120_000 } as const;
    await app.transport.control.announce(stale);
    await inspect.ping(toW);
    expect(worker.health().consuming).toBe(true);
  });

  it('bad input is refused at the caller and reaches no worker', async () => {
    await expect(inspect.ping({ destinaton: 'w' } as never)).rejects.toMatchObject({ code: 'UNKNOWN_OPTION' });
    await expect(inspect.ping({ destination: [] })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(inspect.ping({ timeout: 'soon' as never })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(inspect.queryTask(7 as never)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(control.poolGrow(0)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(control.timeLimit('hold', {})).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(control.timeLimit('hold', { sotf: 1 } as never)).rejects.toMatchObject({ code: 'UNKNOWN_OPTION' });
    await app.close();
    await open({ queues: ['email'] });
    await expect(control.addConsumer('emial')).rejects.toMatchObject({ code: 'QUEUE_UNKNOWN' });
  });
});
