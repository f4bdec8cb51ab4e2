import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { signature } from '../../libs/task-queue/src/core/canvas/signature.js';
import { BROKERS, Harness, signal } from './harness.js';

class SmtpError extends Error {}

describe.each(BROKERS)('dead letters on %s', (_, url) => {
  let app: Harness;
  let broken: boolean;
  beforeEach(async () => {
    broken = true;
    app = await Harness.open(url());
    app.task('mail', (context, to: string) => {
      if (broken) throw new SmtpError(`no relay for ${to}, try ${context.retries}`);
      return `sent to ${to}`;
    }, { autoretryFor: [SmtpError], maxRetries: 1, defaultRetryDelay: 1 }); // prettier-ignore
    app.task('tidy', () => {
      throw new TypeError('dust');
    });
  });
  afterEach(() => app.close());

  async function fail(name: string, args: readonly unknown[] = [], options = {}): Promise<string> {
    const sent = await app.send(name, args, options);
    await sent.get({ propagate: false });
    return sent.id;
  }

  it('have the reason, and for each attempt the time, worker and error', async () => {
    await app.worker({ name: 'w1' });
    const id = await fail('mail', ['ann']);
    const letter = (await app.client.deadLetters.get(id))!;
    expect(letter).toMatchObject({ id, queue: 'default', reason: 'failed', error: 'SmtpError: no relay for ann, try 1' });
    expect(letter.message).toMatchObject({ task: 'mail', args: ['ann'], headers: { retries: 1 } });
    expect(letter.attempts).toEqual([
      { at: expect.any(Number), worker: 'w1', retries: 0, error: { type: 'SmtpError', message: 'no relay for ann, try 0' } },
      { at: expect.any(Number), worker: 'w1', retries: 1, error: { type: 'SmtpError', message: 'no relay for ann, try 1' } },
    ]);
    expect(letter.at).toBeInstanceOf(Date);
  });

  it('store the end of a task that never ran, without an attempt', async () => {
    await app.worker({ unknownTaskRetention: 0 });
    const id = await fail('nobody');
    expect(await app.client.deadLetters.get(id)).toMatchObject({ reason: 'unknown_task', attempts: [] });
  });

  it('are redriven with all their retries, without the old result and a past expiry', async () => {
    await app.worker();
    const id = await fail('mail', ['ann'], { taskId: 'mine', expires: '2s' });
    broken = false;
    expect(await app.client.deadLetters.redrive(id)).toEqual({ redriven: 1, refused: [] });
    const again = app.client.result(id);
    expect(await again.get()).toBe('sent to ann');
    expect((await again.record())?.retries).toBe(0);
    expect(await app.client.deadLetters.get(id)).toBeNull();
    expect((await app.send('mail', ['ann'], { taskId: id })).deduplicated).toBe(true);
  });

  it('keep their history when they die again', async () => {
    await app.worker();
    const id = await fail('mail', ['ann']);
    await app.client.deadLetters.redrive(id);
    await app.client.result(id).get({ propagate: false });
    const letter = await app.client.deadLetters.get(id);
    expect(letter?.attempts.map(({ retries }) => retries)).toEqual([0, 1, 0, 1]);
    expect(letter?.message?.headers.redrives).toBe(1);
  });

  it('call their linkError again when they fail again', async () => {
    let calls = 0;
    const twice = signal();
    app.task('alarm', () => void (++calls === 2 && twice.give()));
    await app.worker();
    const id = await fail('tidy', [], { linkError: signature('alarm') });
    await app.client.deadLetters.redrive(id);
    await twice.come;
    expect(calls).toBe(2);
  });

  it('are chosen by queue, task, reason, time or anything else', async () => {
    await app.worker({ queues: ['default', 'email'], unknownTaskRetention: 0 });
    const began = new Date();
    const ids = [await fail('mail', ['ann'], { queue: 'email' }), await fail('tidy'), await fail('nobody'), await fail('mail', ['bob'])];
    const chosen = async (filter: object) => {
      const { letters } = await app.client.deadLetters.list(filter);
      return letters.map(({ id }) => ids.indexOf(id)).sort((a, b) => a - b);
    };
    expect(await chosen({})).toEqual([0, 1, 2, 3]);
    expect(await chosen({ queue: 'email' })).toEqual([0]);
    expect(await chosen({ task: 'mail' })).toEqual([0, 3]);
    expect(await chosen({ reason: 'unknown_task' })).toEqual([2]);
    expect(await chosen({ task: 'mail', where: (letter: { message: { args: unknown[] } }) => letter.message.args[0] === 'bob' })).toEqual([3]); // prettier-ignore
    expect(await chosen({ until: new Date(began.getTime() - 60_000) })).toEqual([]);
    expect(await chosen({ since: new Date(began.getTime() - 60_000) })).toEqual([0, 1, 2, 3]);
    expect(await app.client.deadLetters.purge({ task: 'mail' })).toBe(2);
    expect(await chosen({})).toEqual([1, 2]);
    expect(await app.client.deadLetters.redrive({ reason: 'failed' })).toEqual({ redriven: 1, refused: [] });
    expect(await app.client.deadLetters.purge(ids[2]!)).toBe(1);
    expect(await app.client.deadLetters.purge('nobody')).toBe(0);
  });

  it('are listed page by page over all queues, also with a filter', async () => {
    await app.worker({ queues: ['a', 'b', 'empty', 'z'], concurrency: 50 });
    const ids: string[] = [];
    for (const queue of ['a', 'b', 'z']) {
      const sent = await Promise.all(Array.from({ length: 5 }, () => app.send('tidy', [], { queue })));
      await Promise.all(sent.map((one) => one.get({ propagate: false })));
      ids.push(...sent.map(({ id }) => id));
    }
    for (const filter of [{}, { where: ({ id }: { id: string }) => ids.indexOf(id) % 2 === 0 }]) {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await app.client.deadLetters.list({ ...filter, limit: 3, ...(cursor === undefined ? {} : { cursor }) });
        expect(page.letters.length).toBeLessThanOrEqual(3);
        seen.push(...page.letters.map(({ id }) => id));
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      expect(seen.sort()).toEqual(ids.filter((id) => filter.where?.({ id }) ?? true).sort());
    }
  });

  it('that cannot be read are listed, and sent again as they are', async () => {
    await app.transport.broker.publish([{ id: 'bad', queue: 'default', body: 'no message', priority: 5, traced: false }], {
      timeout: 5_000,
    });
    await app.worker();
    await app.client.result('bad').get({ propagate: false });
    expect(await app.client.deadLetters.get('bad')).toMatchObject({ reason: 'malformed', message: null });
    expect(await app.client.deadLetters.redrive('bad')).toEqual({ redriven: 1, refused: [] });
    await app.client.result('bad').get({ propagate: false });
    expect(await app.client.deadLetters.get('bad')).toMatchObject({ reason: 'malformed' });
  });

  it('are refused with a reason if they stay dead', async () => {
    await app.worker();
    const ids = [await fail('tidy', [], { unique: { key: 'k' } }), await fail('tidy')];
    const holder = await app.send('tidy', [], { unique: { key: 'k' }, countdown: '1h' });
    const refused = [{ id: ids[0], queue: 'default', task: 'tidy', reason: 'unique' }];
    expect(await app.client.deadLetters.redrive({ reason: 'failed' })).toEqual({ redriven: 1, refused });
    expect(await app.client.deadLetters.redrive(ids[0]!)).toEqual({ redriven: 0, refused });
    expect(await app.client.deadLetters.redrive('nobody')).toEqual({ redriven: 0, refused: [] });
    await holder.revoke();
    await holder.get({ propagate: false });
    expect(await app.client.deadLetters.redrive(ids[0]!)).toEqual({ redriven: 1, refused: [] });
  });

  it('refuse an unknown filter, which would match all', async () => {
    await expect(app.client.deadLetters.purge({ tasks: 'mail' } as never)).rejects.toThrow("Did you mean 'task'?");
    await expect(app.client.deadLetters.list({ limit: 0 })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(app.client.deadLetters.list({ cursor: 'x' })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });
});
