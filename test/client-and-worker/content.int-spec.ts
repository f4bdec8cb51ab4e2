import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ClientOptionsInput } from '../../libs/task-queue/src/core/client/options/client-options.js';
import type { Worker } from '../../libs/task-queue/src/core/worker/worker.js';
import { BROKERS, Harness, signal } from './harness.js';

const ALL = ['json', 'extended-json', 'msgpack', 'yaml'] as const;
const secret = (id: string) => ({ id, secret: randomBytes(32) });
const key = (id: string) => ({ id, key: randomBytes(32) });
const RICH = { at: new Date(5), total: 10n ** 30n, seats: new Map([[1, new Set(['a'])]]), file: Buffer.from([0, 255]) };

describe.each(BROKERS)('content on %s', (_, url) => {
  let opened: Harness[];
  beforeEach(() => {
    opened = [];
  });
  afterEach(async () => {
    for (const app of opened) await app.close();
  });

  async function open(input: ClientOptionsInput = {}, beside?: Harness): Promise<Harness> {
    const app = await Harness.open(url(), { ...(beside === undefined ? {} : { keyPrefix: beside.options.keyPrefix }), ...input });
    opened.push(app);
    return app;
  }

  /** A worker whose task tells what it was given. */
  async function echo(app: Harness): Promise<Worker> {
    app.task('echo', (_context, value: unknown) => value);
    return app.worker({ unknownTaskDelay: 10 });
  }

  async function deadLetters(app: Harness) {
    return (await app.transport.inspector.deadLetters('default', { limit: 10 })).letters;
  }

  it.each(ALL.slice(1))('reaches the task and returns unchanged in %s, plain, compressed and protected', async (serializer) => {
    const plain = await open({ acceptContent: ALL });
    await echo(plain);
    const guarded = await open({
      serializer,
      sign: { keys: [secret('a')] },
      encrypt: { keys: [key('a')] },
      compression: { algorithm: 'brotli', threshold: 0 },
    });
    await echo(guarded);
    expect(await (await plain.send('echo', [RICH], { serializer })).get()).toEqual(RICH);
    expect(await (await plain.send('echo', [RICH, 'x'.repeat(2_000)], { serializer, compression: 'gzip' })).get()).toEqual(RICH);
    expect(await (await guarded.send('echo', [RICH])).get()).toEqual(RICH);
  });

  it('keeps its form through retries, parking, an early ack and follow-ups', async () => {
    const options = { serializer: 'extended-json', sign: { keys: [secret('a')] }, encrypt: { keys: [key('a')] } } as const;
    const app = await open(options);
    const followed = signal<unknown>();
    await app.worker({ unknownTaskDelay: 10 });
    const parked = await app.send('later', [RICH]);
    const knows = await open(options, app);
    knows.task('later', (_context, value: unknown) => value);
    const retry: Parameters<Harness['task']>[1] = (context, value: unknown, now: Date) => {
      if (context.retries === 0) throw context.retry({ countdown: 0, args: [value, new Date(9)] });
      return { value, now };
    };
    knows.task('retry', retry).task('early', retry, { acksLate: false });
    knows.task('next', (_context, result: unknown, at: Date) => followed.give([result, at]));
    await knows.worker({ unknownTaskDelay: 10 });

    expect(await parked.get()).toEqual(RICH);
    expect(await (await app.send('retry', [RICH, new Date(1)])).get()).toEqual({ value: RICH, now: new Date(9) });
    expect(await (await app.send('early', [RICH, new Date(1)])).get()).toEqual({ value: RICH, now: new Date(9) });
    await app.send('later', [RICH], { link: { task: 'next', args: [new Date(3)], immutable: false } });
    expect(await followed.come).toEqual([RICH, new Date(3)]);
  });

  it('has its form in eager mode, too', async () => {
    const app = await open({ eager: true, serializer: 'msgpack', encrypt: { keys: [key('a')] } });
    app.task('retry', (context, value: unknown) => {
      if (context.retries === 0) throw context.retry();
      return value;
    });
    const result = await app.send('retry', [RICH]);
    expect(await result.get()).toEqual(RICH);
    expect(await app.transport.results.load([result.id])).toMatchObject([{ content: { ct: 'msgpack', k: 'a' } }]);
  });

  it('is refused as a dead letter where its type is not accepted, and is not run', async () => {
    const sender = await open({ acceptContent: ALL });
    const receiver = await open({}, sender);
    await echo(receiver);
    const sent = await sender.send('echo', [1], { serializer: 'yaml' });
    await expect(sent.get()).rejects.toMatchObject({ remote: { code: 'CONTENT_NOT_ACCEPTED' } });
    expect(await deadLetters(receiver)).toMatchObject([
      { id: sent.id, reason: 'content_not_accepted', detail: expect.stringContaining('[json]') },
    ]);
    expect(await (await receiver.send('echo', [2])).get()).toBe(2);
  });

  it('is refused as a dead letter without a signature, or with that of another message', async () => {
    const keys = [secret('a')];
    const receiver = await open({ sign: { keys } });
    const stranger = await open({}, receiver);
    const forger = await open({ sign: { keys: [secret('a')] } }, receiver);
    const unsigned = await stranger.send('echo', [1]);
    const forged = await forger.send('echo', [1]);
    await receiver.send('echo', [1], { queue: 'elsewhere' });
    const thief = await receiver.transport.broker.consume(['elsewhere'], {
      ...{ lease: 60_000, maxLoopBlock: 60_000, maxWait: 1_000 },
      events: { lost: () => {}, revoked: () => {} },
    });
    const [delivery] = await thief.receive(1, new AbortController().signal);
    await receiver.transport.broker.publish([{ id: 'other', queue: 'default', body: delivery!.body, priority: 5, traced: false }], {
      timeout: 5_000,
    });
    await thief.close();
    await echo(receiver);
    for (const id of [unsigned.id, forged.id, 'other']) {
      await expect(receiver.client.result(id).get()).rejects.toMatchObject({ remote: { code: 'SIGNATURE_INVALID' } });
    }
    const letters = await deadLetters(receiver);
    expect(new Set(letters.map(({ id, reason }) => `${id} ${reason}`))).toEqual(
      new Set([unsigned.id, forged.id, 'other'].map((id) => `${id} signature_invalid`)),
    );
    expect(await (await receiver.send('echo', [2])).get()).toBe(2);
  });

  it('is refused as a dead letter when its key was rotated out, and runs when the key is back', async () => {
    const [old, current] = [key('2023'), key('2024')];
    const sender = await open({ encrypt: { keys: [old] } });
    const receiver = await open({ encrypt: { keys: [current] } }, sender);
    const sent = await sender.send('echo', ['hidden']);
    const worker = await echo(receiver);
    await expect(receiver.client.result(sent.id).get()).rejects.toMatchObject({ remote: { code: 'CONTENT_UNDECRYPTABLE' } });
    const [letter] = await deadLetters(receiver);
    expect(letter).toMatchObject({ id: sent.id, reason: 'undecryptable', detail: expect.stringContaining("no key '2023'") });
    expect(letter!.body).not.toContain('hidden');
    await worker.stop(0);

    const rotating = await open({ encrypt: { keys: [current, old] } }, sender);
    await rotating.transport.inspector.redrive('default', [{ id: sent.id, priority: 5 }]);
    await echo(rotating);
    expect(await rotating.client.result(sent.id).get()).toBe('hidden');
  });

  it('ends a retry whose key was rotated out where its caller sees it', async () => {
    const [old, current] = [key('2023'), key('2024')];
    const before = await open({ encrypt: { keys: [old] } });
    const triedTwice = signal();
    const again: Parameters<Harness['task']>[1] = (context) => {
      if (context.retries === 2) triedTwice.give();
      throw context.retry({ countdown: 0 });
    };
    before.task('again', again, { maxRetries: null });
    const tried = await open({ encrypt: { keys: [current] } }, before);
    const worker = await before.worker();
    const sent = await before.send('again');
    await triedTwice.come;
    await worker.stop(0);
    tried.task('again', () => 'never');
    await tried.worker();
    await expect(tried.client.result(sent.id).get()).rejects.toMatchObject({ remote: { code: 'CONTENT_UNDECRYPTABLE' } });
  });

  it('returns the state of a result that it cannot decrypt, and an error for the value', async () => {
    const [old, current] = [key('2023'), key('2024')];
    const app = await open({ encrypt: { keys: [old] } });
    await echo(app);
    const sent = await app.send('echo', ['hidden']);
    expect(await sent.get()).toBe('hidden');
    const later = (await open({ encrypt: { keys: [current] } }, app)).client.result(sent.id);
    expect(await later.state()).toBe('SUCCESS');
    expect(await later.successful()).toBe(true);
    const asks = [() => later.get(), () => later.result(), () => later.record()];
    for (const ask of asks) await expect(ask()).rejects.toMatchObject({ code: 'CONTENT_UNDECRYPTABLE' });
  });

  it('leaves no argument, result or error text in the store when encrypted', async () => {
    const app = await open({ encrypt: { keys: [key('a')] } });
    app.task('fail', (_context, iban: string) => {
      throw new Error(`${iban} is closed`);
    });
    await app.worker();
    const sent = await app.send('fail', ['DE02']);
    await expect(sent.get()).rejects.toMatchObject({ remote: { message: 'DE02 is closed' } });
    expect(JSON.stringify([await deadLetters(app), await app.transport.results.load([sent.id])])).not.toContain('DE02');
  });

  it('ends a task whose result is too large as a clear FAILURE', async () => {
    const app = await open({ maxResultBytes: 1_000 });
    app.task('large', () => 'x'.repeat(1_001)).task('progress', async (context) => context.updateState('PROGRESS', 'x'.repeat(1_001)));
    await app.worker();
    const message = "'maxResultBytes' is 1000. Store the data and return its id. Or set ignoreResult: true.";
    await expect((await app.send('large')).get()).rejects.toMatchObject({
      remote: { code: 'RESULT_TOO_LARGE', message: expect.stringContaining(message) },
    });
    await expect((await app.send('progress')).get()).rejects.toMatchObject({ remote: { code: 'RESULT_TOO_LARGE' } });
  });

  it.each([
    [{ serializer: 'pickle' }, 'SERIALIZER_UNKNOWN'],
    [{ serializer: 'yml' }, 'SERIALIZER_UNKNOWN'],
    [{ serializer: 'yaml' }, 'CONTENT_NOT_ACCEPTED'],
    [{ compression: 'zip' }, 'INVALID_OPTION'],
    [{ link: { task: 'a', args: [], immutable: true, options: { serializer: 'json' } } }, 'INVALID_OPTION'],
  ])('is refused at the call: %j', async (options, code) => {
    const app = await open();
    await expect(app.send('echo', [1], options as never)).rejects.toMatchObject({ code });
  });

  it('still refuses values that plain JSON would change', async () => {
    const app = await open({ acceptContent: ALL });
    await expect(app.send('echo', [new Date()])).rejects.toMatchObject({ code: 'ARGUMENT_NOT_SERIALIZABLE' });
    await expect(app.send('echo', [new Date(Number.NaN)], { serializer: 'yaml' })).rejects.toMatchObject({
      code: 'ARGUMENT_NOT_SERIALIZABLE',
    });
    await expect(app.send('echo', [1], { headers: { at: new Date() }, serializer: 'yaml' })).rejects.toMatchObject({
      code: 'ARGUMENT_NOT_SERIALIZABLE',
    });
  });
});
