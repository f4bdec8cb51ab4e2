import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BROKERS, Harness, signal } from './harness.js';

describe.each(BROKERS)('messages that cannot run, on %s', (_, url) => {
  let app: Harness;
  beforeEach(async () => {
    app = await Harness.open(url());
  });
  afterEach(() => app.close());

  it('makes a malformed message a dead letter with the reason, and continues', async () => {
    app.task('a', () => 1);
    await app.transport.broker.publish([{ id: 'bad', queue: 'default', body: '{not json', priority: 5, traced: false }], {
      timeout: 5_000,
    });
    await app.worker();
    expect(await (await app.send('a')).get()).toBe(1);
    await expect(app.client.result('bad').get()).rejects.toMatchObject({ remote: { code: 'MESSAGE_MALFORMED' } });
    expect(await app.transport.inspector.findDeadLetters('default', ['bad'])).toMatchObject([{ reason: 'malformed' }]);
  });

  it('parks a message of an unknown task until a worker that knows it takes it', async () => {
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

  it('makes it a dead letter if no such worker comes', async () => {
    await app.worker({ unknownTaskDelay: 1, unknownTaskRetention: 5 });
    const sent = await app.send('unknown');
    await expect(sent.get()).rejects.toMatchObject({ remote: { code: 'TASK_UNKNOWN' } });
    expect(await app.transport.inspector.findDeadLetters('default', [sent.id])).toMatchObject([{ reason: 'unknown_task' }]);
  });

  it('rule 10: ends a revoked message of an unknown task instead of parking it', async () => {
    const sent = await app.send('unknown');
    await sent.revoke();
    await app.worker();
    await expect(sent.get()).rejects.toMatchObject({ code: 'TASK_REVOKED' });
  });

  it('rule 10: makes a message whose workers were lost too often a dead letter, with its result, without running it again', async () => {
    let runs = 0;
    app.task('poison', () => void runs++);
    const sent = await app.send('poison');
    const events = { lost: () => undefined, revoked: () => undefined };
    const crashing = await app.transport.broker.consume(['default'], { lease: 60_000, maxLoopBlock: 60_000, maxWait: 1_000, events });
    for (let lost = 0; lost < 5; lost++) {
      const [delivery] = await crashing.receive(1, new AbortController().signal);
      await crashing.settle([{ delivery: delivery!, kind: 'release', delay: 0, charge: true }]);
    }
    await crashing.close();
    await app.worker({ maxDeliveries: 5 });
    await expect(sent.get()).rejects.toMatchObject({ remote: { code: 'WORKER_LOST' } });
    const { letters } = await app.transport.inspector.deadLetters('default', { limit: 10 });
    expect(letters).toMatchObject([{ id: sent.id, reason: 'worker_lost' }]);
    expect(runs).toBe(0);
  });
});
