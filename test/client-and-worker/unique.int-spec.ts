import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { signature } from '../../libs/task-queue/src/core/canvas/signature.js';
import { type LogFields, silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import { BROKERS, Harness, signal } from './harness.js';

describe.each(BROKERS)('unique tasks on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  it('gives the second caller the existing task and its result', async () => {
    let runs = 0;
    app.task('report', (_context, month: string) => `${month} ${++runs}`);
    const first = await app.send('report', ['may'], { unique: true });
    const second = await app.send('report', ['may'], { unique: true });
    const other = await app.send('report', ['june'], { unique: true });
    expect([first.deduplicated, second.deduplicated, other.deduplicated]).toEqual([false, true, false]);
    expect(second.id).toBe(first.id);
    await app.worker();
    expect(await second.get()).toMatch(/^may \d$/);
    await other.get();
    expect(runs).toBe(2);
  });

  it('can be asked for by configuration, and left out by a call', async () => {
    const keyed = { unique: { key: (month: string) => month } };
    const configured = await Harness.open(url(), { annotations: { report: keyed } });
    const first = await configured.send('report', ['may', 'pdf']);
    expect((await configured.send('report', ['may', 'html'])).id).toBe(first.id);
    expect((await configured.send('report', ['may', 'html'], { unique: false })).deduplicated).toBe(false);
    await configured.close();
  });

  it("refuses the call with onConflict 'reject', naming the holder", async () => {
    const holder = await app.send('report', [], { unique: true });
    await expect(app.send('report', [], { unique: { onConflict: 'reject' } })).rejects.toMatchObject({
      code: 'TASK_NOT_UNIQUE',
      holder: holder.id,
    });
  });

  it('replaces the waiting call by the last of several; it ends as REVOKED', async () => {
    const ran: string[] = [];
    app.task('index', (_context, text: string) => void ran.push(text));
    const latest = { unique: { key: 'post-1', while: ['waiting'], onConflict: 'replace' } } as const;
    const sent = [];
    for (const text of ['a', 'ab', 'abc']) sent.push(await app.send('index', [text], { ...latest, countdown: 100 }));
    await app.worker();
    await sent[2]!.get();
    for (const replaced of sent.slice(0, 2)) await expect(replaced.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
    expect(ran).toEqual(['abc']);
  });

  it('is held by a retry until the task has ended, under the same id', async () => {
    const failed = signal();
    app.task(
      'sync',
      (context) => {
        if (context.retries > 0) return 'done';
        failed.give();
        throw context.retry({ countdown: 150 });
      },
      { unique: true },
    );
    await app.worker();
    const first = await app.send('sync', [], { unique: true });
    await failed.come;
    const during = await app.send('sync', [], { unique: true });
    expect([during.id, during.deduplicated]).toEqual([first.id, true]);
    expect(await first.get()).toBe('done');
    expect((await app.send('sync', [], { unique: true })).deduplicated).toBe(false);
  });

  it('can be sent again once it runs, if the key is held only while waiting', async () => {
    const started = signal();
    const end = signal();
    app.task('render', async () => {
      started.give();
      await end.come;
    });
    await app.worker();
    const first = await app.send('render', [], { unique: { while: ['waiting'] } });
    await started.come;
    const second = await app.send('render', [], { unique: { while: ['waiting'] }, countdown: '1h' });
    expect([second.deduplicated, second.id === first.id]).toEqual([false, false]);
    end.give();
  });

  it('is held for all of its time as a throttle, though the task has ended', async () => {
    const throttle = { unique: { for: '1h', while: [] } } as const;
    app.task('notify', () => 'sent');
    await app.worker();
    const first = await app.send('notify', [], throttle);
    await first.get();
    const second = await app.send('notify', [], throttle);
    expect(second.deduplicated).toBe(true);
    expect(await second.get()).toBe('sent');
  });

  it('is decided for each call of a batch', async () => {
    const calls = ['a', 'b', 'a', 'c', 'b'].map((arg) => ({ name: 'each', args: [arg], options: { unique: true } }));
    const sent = await app.client.sendMany(calls);
    expect(sent.map(({ deduplicated }) => deduplicated)).toEqual([false, false, true, false, true]);
    expect([sent[2]!.id, sent[4]!.id]).toEqual([sent[0]!.id, sent[1]!.id]);
  });

  it('refuses a key that is not a string at the call', async () => {
    const unique = { key: (id: number) => id as unknown as string };
    await expect(app.send('report', [42], { unique })).rejects.toMatchObject({ code: 'INVALID_OPTION', option: 'unique.key' });
    expect(await app.transport.inspector.counts('default')).toMatchObject({ ready: 0 });
  });

  it.each([true, false])('logs a link that is held back once, with the key and its holder: acksLate %s', async (acksLate) => {
    const lines: [string, unknown][] = [];
    const note = (message: string, fields?: LogFields) => void lines.push([message, fields]);
    app.task('first', () => 1, { acksLate });
    const holder = await app.send('cleanup', [], { unique: { key: 'k' }, countdown: '1h' });
    const link = ['reject', 'existing'].map((onConflict) => {
      return signature('cleanup', [], { taskId: onConflict, unique: { key: 'k', onConflict: onConflict as 'reject' } });
    });
    const worker = await app.worker({}, { ...silentLogger, info: note, warn: note, error: note });
    const parent = await app.send('first', [], { link });
    await parent.get();
    await worker.idle();
    expect(lines.filter(([message]) => message.includes('unique'))).toEqual(
      ['reject', 'existing'].map((id) => [
        'a link is not sent: another task holds its unique key',
        { taskId: parent.id, link: id, key: '["cleanup","k"]', holder: holder.id },
      ]),
    );
  });

  it('holds back a linked call whose key is held', async () => {
    let runs = 0;
    app.task('first', () => 1).task('cleanup', () => void runs++);
    const holder = await app.send('cleanup', [], { unique: { key: 'k' }, countdown: '1h' });
    const link = signature('cleanup', [], { unique: { key: 'k', onConflict: 'reject' } });
    await app.worker();
    await (await app.send('first', [], { link })).get();
    expect(await app.transport.inspector.counts('default')).toMatchObject({ ready: 0, delayed: 1 });
    expect([runs, await holder.state()]).toEqual([0, 'PENDING']);
  });

  it('refuses a link whose key would be made of a result', async () => {
    const link = signature('cleanup', [], { unique: true });
    await expect(app.send('first', [], { link })).rejects.toMatchObject({ code: 'INVALID_OPTION', option: 'unique.key' });
    await expect(app.send('first', [], { link: { ...link, immutable: true } })).resolves.toMatchObject({ deduplicated: false });
  });
});

describe.each(BROKERS)('idempotency keys on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  it('accept a call once, even after it has ended', async () => {
    let runs = 0;
    app.task('charge', () => ++runs);
    await app.worker();
    const first = await app.send('charge', [100], { idempotencyKey: 'order-1' });
    expect(await first.get()).toBe(1);
    const second = await app.send('charge', [100], { idempotencyKey: 'order-1' });
    expect([second.id, second.deduplicated, await second.get()]).toEqual([first.id, true, 1]);
    expect((await app.send('charge', [100], { idempotencyKey: 'order-2' })).deduplicated).toBe(false);
  });

  it('belong to the task', async () => {
    const charge = await app.send('charge', [], { idempotencyKey: 'order-1' });
    const refund = await app.send('refund', [], { idempotencyKey: 'order-1' });
    expect(refund.id).not.toBe(charge.id);
  });
});
