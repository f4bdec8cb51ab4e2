import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { signature } from '../../libs/task-queue/src/core/canvas/signature.js';
import { BROKERS, Harness, signal } from './harness.js';

describe.each(BROKERS)('links on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  /** A task that gives what it was called with. */
  function catcher(name: string): Promise<{ args: unknown[]; parent: string | null; root: string; id: string }> {
    const caught = signal<{ args: unknown[]; parent: string | null; root: string; id: string }>();
    app.task(name, ({ id, args, parentId, rootId }) => caught.give({ args: [...args], parent: parentId, root: rootId, id }));
    return caught.come;
  }

  it('a success calls its link with its result before the link’s own arguments, as part of its tree', async () => {
    app.task('add', (_context, a: number, b: number) => a + b);
    const next = catcher('next');
    await app.worker();
    const sent = await app.send('add', [2, 3], { link: signature('next', ['mine']) });
    expect(await next).toMatchObject({ args: [5, 'mine'], parent: sent.id, root: sent.id });
  });

  it('an immutable link is called with its own arguments only', async () => {
    app.task('add', () => 5);
    const next = catcher('next');
    await app.worker();
    await app.send('add', [], { link: signature('next', ['mine'], { immutable: true }) });
    expect((await next).args).toEqual(['mine']);
  });

  it('a link gets the return value of a task whose result is ignored', async () => {
    app.task('add', () => 5, { ignoreResult: true });
    const next = catcher('next');
    await app.worker();
    await app.send('add', [], { link: signature('next') });
    expect((await next).args).toEqual([5]);
  });

  it('several links are called, and links of links', async () => {
    app.task('add', (_context, ...numbers: number[]) => numbers.reduce((sum, n) => sum + n, 0));
    const [left, right] = [catcher('left'), catcher('right')];
    await app.worker();
    await app.send('add', [1], { link: [signature('left'), signature('add', [10], { link: signature('right') })] });
    expect([(await left).args, (await right).args]).toEqual([[1], [11]]);
  });

  it('a failure calls linkError, with its id and its error as data, when no retry is left', async () => {
    let runs = 0;
    app.task('flaky', () => {
      runs++;
      throw new TypeError(`try ${runs}`);
    }, { autoretryFor: [TypeError], maxRetries: 1, defaultRetryDelay: 1 }); // prettier-ignore
    const [success, failure] = [catcher('success'), catcher('failure')];
    await app.worker();
    const sent = await app.send('flaky', [], { link: signature('success'), linkError: signature('failure', ['mine']) });
    const caught = await failure;
    expect(caught.args).toEqual([sent.id, expect.objectContaining({ type: 'TypeError', message: 'try 2' }), 'mine']);
    expect(caught.parent).toBe(sent.id);
    expect(await Promise.race([success, Promise.resolve('never')])).toBe('never');
  });

  it('linkError is called for an unknown task, and for one whose workers died', async () => {
    const failure = catcher('failure');
    await app.worker({ unknownTaskRetention: 0, unknownTaskDelay: 1 });
    const sent = await app.send('nobody', [], { linkError: signature('failure') });
    expect((await failure).args).toEqual([sent.id, expect.objectContaining({ code: 'TASK_UNKNOWN' })]);
  });

  it('is called once, under an id derived from its parent, and is remembered', async () => {
    app.task('add', () => 5);
    const next = catcher('next');
    await app.worker();
    const sent = await app.send('add', [], { link: signature('next'), taskId: 'parent' });
    const { id } = await next;
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
    await app.client.result(id).get();
    expect((await app.send('next', [], { taskId: id })).deduplicated).toBe(true);
    expect(sent.id).toBe('parent');
  });

  it('uses the options of the link: queue, countdown, headers, shadow, a chosen id', async () => {
    app.task('add', () => 5);
    const next = catcher('next');
    await app.worker({ queues: ['default'] });
    const options = { queue: 'other', countdown: '1h', taskId: 'mine', priority: 9, shadow: 'the next' } as const;
    await (await app.send('add', [], { link: signature('next', [], options) })).get();
    expect(await app.transport.inspector.locate(['mine'])).toEqual([{ queue: 'other', place: 'delayed' }]);
    expect(await Promise.race([next, Promise.resolve('not yet')])).toBe('not yet');
  });

  it('follows a task that was acknowledged early', async () => {
    app.task('add', () => 5, { acksLate: false });
    const next = catcher('next');
    await app.worker();
    await app.send('add', [], { link: signature('next') });
    expect((await next).args).toEqual([5]);
  });

  it('is routed as any call, when it is sent and not when it is made', async () => {
    await app.close();
    app = await Harness.open(url(), { routes: { 'next*': 'routed' } });
    app.task('add', () => 5);
    await app.worker({ queues: ['default'] });
    await (await app.send('add', [], { link: signature('next', [], { taskId: 'mine' }) })).get();
    expect(await app.transport.inspector.locate(['mine'])).toEqual([{ queue: 'routed', place: 'ready' }]);
  });

  it.each<[string, object, string]>([
    ['no signature', { link: 'next' }, 'INVALID_OPTION'],
    ['an unknown option', { link: signature('next', [], { count: 1 } as never) }, 'UNKNOWN_OPTION'],
    ['an argument that JSON cannot carry', { linkError: signature('next', [new Map()]) }, 'ARGUMENT_NOT_SERIALIZABLE'],
    ['a publishRetry, which nobody could follow', { link: signature('next', [], { publishRetry: false }) }, 'INVALID_OPTION'],
    ['a mistake in a link of a link', { link: signature('a', [], { link: signature('b', [], { priority: 11 }) }) }, 'INVALID_OPTION'],
  ])('refuses %s at the call', async (_what, options, code) => {
    await expect(app.send('add', [], options)).rejects.toMatchObject({ code });
  });

  it('is run at once in eager mode', async () => {
    await app.close();
    app = await Harness.open(url(), { eager: true });
    app.task('add', () => 5);
    const next = catcher('next');
    await app.send('add', [], { link: signature('next', ['mine']) });
    expect((await next).args).toEqual([5, 'mine']);
  });
});
