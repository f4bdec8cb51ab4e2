import assert from 'node:assert/strict';
import { ack, as, deadLetter, LEASE, release, retry } from './hand-consumer.js';
import { numbered, QUEUE, type StagedTest } from './stage.js';

const HOUR = 3_600_000;

export function describeRevoke(test: StagedTest): void {
  waiting(test);
  running(test);
  marks(test);
}

function waiting(test: StagedTest): void {
  test('rule 17: a revoked message comes first and marked, so that a worker ends it', async (stage) => {
    await stage.publish(...numbered(200));
    await stage.broker.revoke(['n00150'], { terminate: false });
    const [first, second] = await (await stage.consumer()).take(2);
    assert.deepEqual([first.id, first.revoked, first.body], ['n00150', true, 'body of n00150']);
    assert.deepEqual([second.id, second.revoked], ['n00000', false]);
  });

  test('rule 17: a revoked message comes before higher priorities and keeps its own', async (stage) => {
    await stage.publish({ id: 'high', priority: 9 }, { id: 'low', priority: 0 });
    await stage.broker.revoke(['low'], { terminate: false });
    const taken = await (await stage.consumer()).take();
    assert.deepEqual(taken.map(({ id, priority }) => [id, priority]), [['low', 0], ['high', 9]]); // prettier-ignore
  });

  test('rule 17: a revoked message that is delayed does not wait for its time', async (stage) => {
    await stage.publish({ id: 'a', due: { delay: HOUR } });
    const worker = await stage.consumer({ maxWait: HOUR });
    const taken = worker.take();
    await stage.broker.revoke(['a'], { terminate: false });
    assert.deepEqual(
      (await taken).map(({ id, revoked }) => [id, revoked]),
      [['a', true]],
    );
    await worker.ack(...(await taken));
    await stage.assertNothingLeft();
  });

  test('rule 17: thousands of messages are revoked at once', async (stage) => {
    await stage.publish(...numbered(1_200));
    await stage.broker.revoke(numbered(1_200), { terminate: false });
    const drained = await (await stage.consumer()).drain(500);
    assert.deepEqual([drained.length, drained.every(({ revoked }) => revoked)], [1_200, true]);
    await stage.assertNothingLeft();
  });

  test('rule 17: one revoke ends the messages of that id in every queue', async (stage) => {
    await stage.publish('a', { id: 'a', queue: 'other' });
    await stage.broker.revoke(['a'], { terminate: false });
    for (const queue of [QUEUE, 'other']) {
      const worker = await stage.consumer({ queues: [queue] });
      const taken = await worker.take();
      assert.ok(taken.every(({ revoked }) => revoked));
      await worker.ack(...taken);
    }
    await stage.assertNothingLeft();
  });

  test('rule 17: an id that is revoked before it is sent is handed out as revoked', async (stage) => {
    await stage.broker.revoke(['a'], { terminate: false });
    await stage.publish('a');
    assert.equal((await (await stage.consumer()).takeOne()).revoked, true);
  });

  test('rule 17: revoking a dead letter does not bring it back', async (stage) => {
    await stage.publish('a');
    const worker = await stage.consumer();
    await worker.settle(as(await worker.takeOne(), deadLetter()));
    await stage.broker.revoke(['a'], { terminate: true });
    assert.deepEqual(await worker.takeIds(), []);
    assert.equal(await stage.placeOf('a'), 'dead');
  });
}

function running(test: StagedTest): void {
  for (const terminate of [true, false]) {
    test(`rule 17: a renewal names deliveries that were revoked in the meantime (terminate: ${terminate})`, async (stage) => {
      await stage.publish('a', 'b');
      const worker = await stage.consumer();
      const deliveries = await worker.take();
      await stage.broker.revoke(['b'], { terminate });
      assert.deepEqual(await worker.consumer.extend(deliveries), { lost: [], revoked: [{ id: 'b', terminate }] });
      assert.deepEqual(await worker.ack(...deliveries), [true, true]);
    });
  }

  test('rule 17: terminate stays set once it was requested', async (stage) => {
    await stage.publish('a');
    const worker = await stage.consumer();
    const deliveries = await worker.take();
    await stage.broker.revoke(['a'], { terminate: true });
    await stage.broker.revoke(['a'], { terminate: false });
    assert.deepEqual((await worker.consumer.extend(deliveries)).revoked, [{ id: 'a', terminate: true }]);
  });

  test('rule 17: the receipt of a settlement names a revocation too', async (stage) => {
    await stage.publish('a', 'b');
    const worker = await stage.consumer();
    const [a, b] = await worker.take();
    await stage.broker.revoke(['a'], { terminate: true });
    await worker.settle(as(a, retry()), as(b, ack()));
    assert.deepEqual(worker.revoked, [{ id: 'a', terminate: true }]);
  });

  test('rule 17: a released message that was revoked in the meantime is ended next, without its delay', async (stage) => {
    await stage.publish('a', 'b', 'c');
    const worker = await stage.consumer();
    const [a, b] = await worker.take(2);
    await stage.broker.revoke(['a', 'b'], { terminate: false });
    await worker.settle(as(a, retry('again', HOUR)), as(b, release(HOUR)));
    const taken = await worker.take();
    assert.deepEqual(taken.map(({ id, revoked }) => `${id} ${revoked}`).sort(), ['a true', 'b true', 'c false']);
  });

  test('rule 17: a revoked message whose worker died comes back as revoked', async (stage) => {
    await stage.publish('a');
    await (await stage.consumer()).takeOne();
    await stage.broker.revoke(['a'], { terminate: false });
    stage.shiftTime(LEASE + 1);
    assert.equal((await (await stage.sweeper()).takeOne()).revoked, true);
  });
}

function marks(test: StagedTest): void {
  test('rule 17: the final settlement consumes the mark, so that a later task with that id runs', async (stage) => {
    await stage.publish('a');
    const worker = await stage.consumer();
    await stage.broker.revoke(['a'], { terminate: true });
    await worker.settle(as(await worker.takeOne(), ack()));
    await stage.publish('a');
    const again = await worker.takeOne();
    assert.equal(again.revoked, false);
    assert.deepEqual((await worker.consumer.extend([again])).revoked, []);
  });

  test('rule 17: a refused settlement does not consume the mark', async (stage) => {
    await stage.publish('a');
    const loser = await stage.consumer();
    const late = await loser.takeOne();
    stage.shiftTime(LEASE + 1);
    const holder = await stage.sweeper();
    const held = await holder.takeOne();
    await stage.broker.revoke(['a'], { terminate: true });
    await loser.settle(as(late, ack()));
    assert.deepEqual((await holder.consumer.extend([held])).revoked, [{ id: 'a', terminate: true }]);
  });

  test('rule 17: a mark without a message expires', async (stage) => {
    await stage.broker.revoke(['a'], { terminate: false });
    stage.shiftTime(59_000);
    await stage.publish({ id: 'b' });
    stage.shiftTime(1_001);
    await stage.publish('a');
    assert.deepEqual(
      (await (await stage.consumer()).take()).map(({ revoked }) => revoked),
      [false, false],
    );
  });
}
