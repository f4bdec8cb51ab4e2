import assert from 'node:assert/strict';
import type { PublishReceipt } from '../../core/ports/broker/publication.js';
import type { Delivery } from '../../core/ports/broker/consumer.js';
import type { UniqueKey } from '../../core/message/unique-key.js';
import { ack, as, deadLetter, LEASE, release, retry, type HandConsumer } from './hand-consumer.js';
import { numbered, publication, QUEUE, type PublicationInput, type Stage, type StagedTest } from './stage.js';

const HOUR = 3_600_000;
export const EXISTING = (holder: string): PublishReceipt => ({ id: holder, deduplicated: true });
export const TAKEN = (id: string): PublishReceipt => ({ id, deduplicated: false });
const REFUSED = (id: string, holder: string): PublishReceipt => ({ id, deduplicated: false, refused: { reason: 'unique', holder } });

/** A publication with a unique key, by default `k`. */
export function unique(id: string, how: Partial<UniqueKey> = {}, more: Partial<PublicationInput> = {}): PublicationInput {
  return { id, unique: { key: 'k', expires: null, until: 'end', onConflict: 'existing', ...how }, ...more };
}

export function describeUniqueKeys(test: StagedTest): void {
  conflicts(test);
  races(test);
  frees(test);
  keeps(test);
  lapses(test);
  start(test);
  followUps(test);
}

function conflicts(test: StagedTest): void {
  test('rule 16: a second message with a held key is dropped, and its receipt names the holder', async (stage) => {
    assert.deepEqual(await stage.publish(unique('a')), [TAKEN('a')]);
    assert.deepEqual(await stage.publish(unique('b')), [EXISTING('a')]);
    assert.equal(await stage.placeOf('b'), null);
    assert.deepEqual((await (await stage.consumer()).drain()).map(({ id }) => id), ['a']); // prettier-ignore
    await stage.assertNothingLeft();
  });

  test('rule 4: only the message with the held key is refused', async (stage) => {
    await stage.publish(unique('a'));
    const receipts = await stage.publish('x', unique('b', { onConflict: 'reject' }), unique('c', { key: 'other' }), 'y');
    assert.deepEqual(receipts, [TAKEN('x'), REFUSED('b', 'a'), TAKEN('c'), TAKEN('y')]);
    assert.deepEqual(await (await stage.consumer()).takeIds(), ['a', 'x', 'c', 'y']);
  });

  test('rule 16: a message that its key held back leaves no trace', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish(unique('a'));
    await stage.publish(unique('b', {}, { traced: true }));
    await worker.drain();
    assert.deepEqual(await stage.publish(unique('b', {}, { traced: true })), [TAKEN('b')]);
  });

  test('rule 16: a known id is deduplicated by its id, whatever its key', async (stage) => {
    await stage.publish(unique('a'), unique('b', { key: 'other' }));
    assert.deepEqual(await stage.publish(unique('b', { onConflict: 'reject' })), [EXISTING('b')]);
    await (await stage.consumer()).drain();
    assert.deepEqual(await stage.publish(unique('c', { key: 'other' })), [TAKEN('c')]);
  });

  test('rule 16: each queue has its own keys', async (stage) => {
    assert.deepEqual(await stage.publish(unique('a'), unique('b', {}, { queue: 'other' })), [TAKEN('a'), TAKEN('b')]);
  });

  for (const key of ['with:colons', '{braces}|e', 'two\nlines', 'a\u0000NUL', 'hàng 👋', '12:', '-', ' ']) {
    test(`rule 16: a key named ${JSON.stringify(key)} is held and freed`, async (stage) => {
      for (const id of [key, 'next']) {
        assert.deepEqual(await stage.publish(unique(id, { key, expires: HOUR }, { due: { delay: 1_000 } })), [TAKEN(id)]);
        assert.deepEqual(await stage.publish(unique('b', { key })), [EXISTING(id)]);
        assert.deepEqual(await stage.publish(unique('c', { key: `${key}2` }, { queue: 'aside' })), [
          id === key ? TAKEN('c') : EXISTING('c'),
        ]);
        stage.shiftTime(1_001);
        await (await stage.consumer()).drain();
      }
      await (await stage.consumer({ queues: ['aside'] })).drain();
      await stage.assertNothingLeft();
    });
  }

  test('rule 4: an invalid key is refused before anything is written', async (stage) => {
    const bad: Partial<UniqueKey>[] = [
      { key: '' },
      { expires: 0 },
      { until: 'expiry' },
      { until: 'x' as 'end' },
      { onConflict: 'x' as 'reject' },
    ];
    for (const how of bad) await assert.rejects(stage.publish('a', unique('b', how)), { code: 'INVALID_OPTION' });
    await stage.assertNothingLeft();
  });
}

function races(test: StagedTest): void {
  test('rule 16: the first message of a batch gets the key', async (stage) => {
    const how = { onConflict: 'reject' } as const;
    const receipts = await stage.publish(unique('a', how), unique('b', how), unique('a', how), unique('c'));
    assert.deepEqual(receipts, [TAKEN('a'), REFUSED('b', 'a'), EXISTING('a'), EXISTING('a')]);
    assert.deepEqual(await (await stage.consumer()).takeIds(), ['a']);
  });

  test("rule 16: one message of a batch larger than a script's limit gets the key", async (stage) => {
    const receipts = await stage.publish(...numbered(1_200).map((id) => unique(id)));
    assert.deepEqual([...new Set(receipts.map(({ id }) => id))], await (await stage.consumer()).takeIds());
    assert.equal(receipts.filter(({ deduplicated }) => !deduplicated).length, 1);
  });

  test('rule 16: of many processes at once one gets the key, and every receipt names that one', async (stage) => {
    const others = await Promise.all([stage.another(), stage.another(), stage.another()]);
    const answers = await Promise.all(
      numbered(60).map((id, at) => others[at % 3].broker.publish([publication(unique(id))], { timeout: 5_000 })),
    );
    const receipts = answers.flat();
    assert.equal(receipts.filter(({ deduplicated }) => !deduplicated).length, 1);
    assert.deepEqual([...new Set(receipts.map(({ id }) => id))], await (await stage.consumer()).takeIds());
  });
}

/** Ways in which a message ends; each completes "the message is …". */
const ENDS: Readonly<Record<string, (stage: Stage, worker: HandConsumer) => Promise<unknown>>> = {
  'acknowledged': async (_, worker) => worker.ack(await worker.takeOne()),
  'acknowledged with a follow-up': async (_, worker) =>
    worker.settle(as(await worker.takeOne(), ack(true), { publish: [publication({ id: 'after', queue: 'other' })] })),
  'dead-lettered': async (_, worker) => worker.settle(as(await worker.takeOne(), deadLetter())),
  'settled as revoked': async (stage, worker) => {
    await stage.broker.revoke(['a'], { terminate: false });
    const delivery = await worker.takeOne();
    assert.ok(delivery.revoked);
    await worker.ack(delivery);
  },
  'settled after crashes': async (stage) => {
    await stage.crash(3);
    const sweeper = await stage.sweeper();
    await sweeper.ack(await sweeper.takeOne());
  },
  'retried and then acknowledged': async (_, worker) => {
    await worker.settle(as(await worker.takeOne(), retry()));
    await worker.ack(await worker.takeOne());
  },
  'purged': (stage) => stage.inspector.purge(QUEUE),
  'purged while delayed': async (stage, worker) => {
    await worker.settle(as(await worker.takeOne(), retry('again', HOUR)));
    await stage.inspector.purge(QUEUE);
  },
}; // prettier-ignore

function frees(test: StagedTest): void {
  for (const until of ['end', 'start'] as const) {
    for (const [how, end] of Object.entries(ENDS)) {
      test(`rule 16: a key until its ${until} is free when the message is ${how}`, async (stage) => {
        const worker = await stage.consumer();
        await stage.publish(unique('a', { until }));
        assert.deepEqual(await stage.publish(unique('b', { until })), [EXISTING('a')]);
        await end(stage, worker);
        assert.deepEqual(await stage.publish(unique('b', { until })), [TAKEN('b')]);
        assert.deepEqual(await stage.publish(unique('c', { until })), [EXISTING('b')]);
      });
    }
  }

  test('rule 16: one batch of settlements frees a thousand keys', async (stage) => {
    await stage.publish(...numbered(1_000).map((id) => unique(id, { key: id, expires: HOUR })));
    await (await stage.consumer()).drain(500);
    await stage.assertNothingLeft();
  });
}

/** Ways in which a message stays alive; each completes "a message that …". */
const STAYS: Readonly<Record<string, (stage: Stage, worker: HandConsumer, delivery: Delivery) => Promise<unknown>>> = {
  'is leased': async () => {},
  'was released': (_, worker, delivery) => worker.settle(as(delivery, release())),
  'was released with a delay and a charge': (_, worker, delivery) => worker.settle(as(delivery, release(HOUR, true))),
  'is retried': (_, worker, delivery) => worker.settle(as(delivery, retry())),
  'is retried later': (_, worker, delivery) => worker.settle(as(delivery, retry('again', HOUR))),
  'lost its lease': async (stage, worker) => {
    await worker.consumer.close();
    stage.shiftTime(LEASE + 1);
    await (await stage.sweeper()).take();
  },
  'was settled after its lease was lost': async (stage, worker, delivery) => {
    stage.shiftTime(LEASE + 1);
    await (await stage.sweeper()).take();
    assert.deepEqual(await worker.ack(delivery), [false]);
  },
}; // prettier-ignore

function keeps(test: StagedTest): void {
  for (const [how, stay] of Object.entries(STAYS)) {
    test(`rule 16: a message that ${how} keeps its key`, async (stage) => {
      const worker = await stage.consumer();
      await stage.publish(unique('a'));
      await stay(stage, worker, await worker.takeOne());
      assert.deepEqual(await stage.publish(unique('b')), [EXISTING('a')]);
    });
  }
}

function lapses(test: StagedTest): void {
  for (const [how, end] of Object.entries({ acknowledged: ack(), 'dead-lettered': deadLetter() })) {
    test(`rule 16: a retry whose key is now another's continues without the key, and does not free it when it is ${how}`, async (stage) => {
      const worker = await stage.consumer();
      await stage.publish(unique('a', { expires: 1_000 }));
      const first = await worker.takeOne();
      stage.shiftTime(1_001);
      assert.deepEqual(await stage.publish(unique('b', {}, { due: { delay: HOUR } })), [TAKEN('b')]);
      assert.deepEqual(await worker.settle(as(first, retry())), [true]);
      assert.deepEqual(await stage.publish(unique('c')), [EXISTING('b')]);
      assert.deepEqual(await worker.settle(as(await worker.takeOne(), end)), [true]);
      assert.deepEqual(await stage.publish(unique('c')), [EXISTING('b')]);
    });
  }

  test('rule 16: an expired key is free even though its holder has not ended', async (stage) => {
    await stage.publish(unique('a', { expires: 5_000 }));
    stage.shiftTime(4_000);
    assert.deepEqual(await stage.publish(unique('b')), [EXISTING('a')]);
    stage.shiftTime(1_001);
    assert.deepEqual(await stage.publish(unique('b')), [TAKEN('b')]);
  });

  test('rule 16: a throttle is freed by time alone', async (stage) => {
    const throttle = { until: 'expiry', expires: 5_000 } as const;
    await stage.publish(unique('a', throttle));
    await (await stage.consumer()).drain();
    await stage.inspector.purge(QUEUE);
    assert.deepEqual(await stage.publish(unique('b', throttle)), [EXISTING('a')]);
    stage.shiftTime(5_001);
    assert.deepEqual(await stage.publish(unique('b', throttle)), [TAKEN('b')]);
  });
}

function start(test: StagedTest): void {
  test("rule 16: a key until 'start' is held while its message waits, and freed when it is handed out", async (stage) => {
    const worker = await stage.consumer();
    const how = { until: 'start' } as const;
    await stage.publish(unique('a', how, { due: { delay: 1_000 } }));
    assert.deepEqual(await worker.takeIds(), []);
    assert.deepEqual(await stage.publish(unique('b', how)), [EXISTING('a')]);
    stage.shiftTime(1_001);
    const first = await worker.takeOne();
    assert.deepEqual(await stage.publish(unique('b', how, { due: { delay: HOUR } })), [TAKEN('b')]);
    await worker.settle(as(first, release()));
    await worker.ack(await worker.takeOne());
    assert.deepEqual(await stage.publish(unique('c', how)), [EXISTING('b')]);
  });
}

function followUps(test: StagedTest): void {
  test("rule 16: a key holds back a follow-up like any message, and the settlement's receipt says so", async (stage) => {
    const worker = await stage.consumer();
    await stage.publish(unique('a'), 'p', 'q');
    const [, p, q] = await worker.take();
    const publish = [publication(unique('b')), publication('x'), publication(unique('c', { onConflict: 'reject' }))];
    const receipts = await worker.consumer.settle([as(p, ack(), { publish }), as(q, ack())]);
    const heldBack = [{ followUp: 'b', receipt: EXISTING('a') }, { followUp: 'c', receipt: REFUSED('c', 'a') }]; // prettier-ignore
    assert.deepEqual(receipts, [{ id: 'p', accepted: true, heldBack }, { id: 'q', accepted: true }]); // prettier-ignore
    assert.deepEqual(await worker.takeIds(), ['x']);
  });

  test('rule 16: a message that ends passes its key on to its follow-up', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish(unique('a'));
    const [receipt] = await worker.consumer.settle([as(await worker.takeOne(), ack(), { publish: [publication(unique('b'))] })]);
    assert.deepEqual(receipt, { id: 'a', accepted: true });
    assert.deepEqual(await stage.publish(unique('c')), [EXISTING('b')]);
    await worker.drain();
    await stage.assertNothingLeft();
  });

  test('rule 4: a follow-up with an invalid key fails only its own settlement', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish('p', 'q');
    const [p, q] = await worker.take();
    assert.deepEqual(await worker.settle(as(p, ack(), { publish: [publication(unique('b', { key: '' }))] }), as(q, ack())), [false, true]);
    assert.equal(await stage.placeOf('p'), 'leased');
  });
}
