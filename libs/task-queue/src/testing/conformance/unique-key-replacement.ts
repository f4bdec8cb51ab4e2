import assert from 'node:assert/strict';
import type { Delivery } from '../../core/ports/broker/consumer.js';
import { ack, as, deadLetter, release, retry } from './hand-consumer.js';
import { CONFORMANCE_REVOKES_EXPIRE } from './harness-for.js';
import { numbered, publication, QUEUE, type StagedTest } from './stage.js';
import { EXISTING, TAKEN, unique } from './unique-keys.js';

const HOUR = 3_600_000;
const REPLACE = { onConflict: 'replace' } as const;

/** The ids of the deliveries, with 'revoked' for those that must be ended. */
function fates(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ id, revoked }) => (revoked ? `${id} revoked` : id));
}

export function describeKeyReplacement(test: StagedTest): void {
  waiting(test);
  notWaiting(test);
  batches(test);
}

function waiting(test: StagedTest): void {
  test('rule 16: a ready holder is replaced: it ends as revoked, and the new message runs', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish(unique('a', REPLACE));
    assert.deepEqual(await stage.publish(unique('b', REPLACE, { body: 'new' })), [TAKEN('b')]);
    const deliveries = await worker.take();
    assert.deepEqual(fates(deliveries), ['a revoked', 'b']);
    await worker.ack(deliveries[0]);
    assert.deepEqual(await stage.publish(unique('c')), [EXISTING('b')]);
    await worker.ack(deliveries[1]);
    await stage.assertNothingLeft();
  });

  test('rule 16: a replaced delayed holder comes at once to be ended, and the new message keeps its own time', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish(unique('a', REPLACE, { due: { delay: HOUR } }));
    await stage.publish(unique('b', REPLACE, { due: { delay: 1_000 } }));
    const first = await worker.takeOne();
    assert.deepEqual(fates([first]), ['a revoked']);
    await worker.ack(first);
    stage.shiftTime(1_001);
    const second = await worker.takeOne();
    assert.deepEqual(fates([second]), ['b']);
    await worker.ack(second);
    await stage.assertNothingLeft();
  });

  test('rule 16: a waiting consumer is woken to end a replaced message', async (stage) => {
    await stage.publish(unique('a', REPLACE, { due: { delay: HOUR } }));
    const first = await stage.consumer();
    assert.deepEqual(await first.takeIds(), []); // consumes the wake-up of that message
    await first.consumer.close();
    const worker = await stage.consumer({ maxWait: HOUR });
    const coming = worker.takeIds();
    for (const _ of [1, 2]) await stage.inspector.counts(QUEUE); // by now the receive has found nothing and waits
    await stage.publish(unique('b', REPLACE, { due: { delay: HOUR } }));
    assert.deepEqual(await coming, ['a']);
  });

  test('rule 16: a replaced message never runs, however long no worker is running', async (stage) => {
    await stage.publish(unique('a', REPLACE, { due: { delay: HOUR } }));
    await stage.publish(unique('b', REPLACE));
    await stage.publish(unique('c', REPLACE));
    await stage.broker.revoke(['a'], { terminate: false });
    stage.shiftTime(CONFORMANCE_REVOKES_EXPIRE * 10);
    const deliveries = await (await stage.consumer()).take();
    assert.deepEqual(fates(deliveries), ['a revoked', 'b revoked', 'c']);
  });

  test('rule 17: the end of a replaced message consumes its mark, so that a later task with that id runs', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish(unique('a', REPLACE), unique('b', REPLACE));
    await worker.drain();
    await stage.publish('a');
    const again = await worker.takeOne();
    assert.equal(again.revoked, false);
    await worker.ack(again);
    await stage.publish(unique('a', REPLACE), unique('b', REPLACE));
    await stage.inspector.purge(QUEUE);
    await stage.publish('a');
    assert.equal((await worker.takeOne()).revoked, false);
  });

  test('rule 16: a throttled message is replaced while it waits', async (stage) => {
    const how = { ...REPLACE, until: 'expiry', expires: HOUR } as const;
    await stage.publish(unique('a', how));
    assert.deepEqual(await stage.publish(unique('b', how)), [TAKEN('b')]);
    await (await stage.consumer()).drain();
    assert.deepEqual(await stage.publish(unique('c', how)), [EXISTING('b')]);
  });
}

function notWaiting(test: StagedTest): void {
  test('rule 16: a leased holder is not replaced', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish(unique('a', REPLACE));
    const delivery = await worker.takeOne();
    assert.deepEqual(await stage.publish(unique('b', REPLACE)), [EXISTING('a')]);
    assert.deepEqual((await worker.consumer.extend([delivery])).revoked, []);
    await worker.ack(delivery);
    await stage.assertNothingLeft();
  });

  const BACK = { released: release(), 'released for later': release(HOUR), retried: retry(), 'retried later': retry('x', HOUR) };
  for (const [how, kind] of Object.entries(BACK)) {
    test(`rule 16: a holder that was leased and is ${how} can be replaced`, async (stage) => {
      const worker = await stage.consumer();
      await stage.publish(unique('a', REPLACE));
      await worker.settle(as(await worker.takeOne(), kind));
      assert.deepEqual(await stage.publish(unique('b', REPLACE)), [TAKEN('b')]);
      assert.deepEqual(fates(await worker.take()).sort(), ['a revoked', 'b']);
    });
  }

  test('rule 16: a holder whose workers died can be replaced', async (stage) => {
    const busy = await stage.sweeper({ queues: ['other', QUEUE], lease: HOUR });
    await stage.publish({ id: 'busy', queue: 'other' });
    await busy.takeOne();
    await stage.publish(unique('a', REPLACE));
    await stage.crash(2);
    await busy.take(); // sweeps, but takes no suspect, because it already holds a delivery
    assert.deepEqual(await stage.publish(unique('b', REPLACE)), [TAKEN('b')]);
    const deliveries = await (await stage.sweeper()).drain();
    assert.deepEqual(fates(deliveries).sort(), ['a revoked', 'b']);
  });

  test('rule 16: neither a finished holder nor a later task with its id is replaced', async (stage) => {
    const worker = await stage.consumer();
    const how = { ...REPLACE, until: 'expiry', expires: HOUR } as const;
    await stage.publish(unique('a', how), unique('d', { ...how, key: 'dead' }));
    const [a, d] = await worker.take();
    await worker.settle(as(a, ack()), as(d, deadLetter()));
    await stage.publish('a');
    assert.deepEqual(await stage.publish(unique('b', how), unique('e', { ...how, key: 'dead' })), [EXISTING('a'), EXISTING('d')]);
    assert.deepEqual(fates(await worker.take()), ['a']);
    assert.equal(await stage.placeOf('d'), 'dead');
  });
}

function batches(test: StagedTest): void {
  test('rule 16: of several in one batch the last one runs, and the others are ended', async (stage) => {
    const ids = numbered(600);
    assert.deepEqual(await stage.publish(...ids.map((id) => unique(id, REPLACE, { due: { delay: 1_000 } }))), ids.map(TAKEN));
    stage.shiftTime(1_001);
    const deliveries = await (await stage.consumer()).drain(600);
    assert.deepEqual(
      deliveries.filter(({ revoked }) => !revoked).map(({ id }) => id),
      [ids.at(-1)],
    );
    assert.equal(deliveries.length, 600);
    await stage.assertNothingLeft();
  });

  test('rule 16: a follow-up also replaces the holder', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish('p', unique('a', REPLACE, { due: { delay: HOUR } }));
    const publish = [publication(unique('b', REPLACE))];
    const receipts = await worker.consumer.settle([as(await worker.takeOne(), ack(), { publish })]);
    assert.deepEqual(receipts, [{ id: 'p', accepted: true }]);
    assert.deepEqual(fates(await worker.take()), ['a revoked', 'b']);
  });
}
