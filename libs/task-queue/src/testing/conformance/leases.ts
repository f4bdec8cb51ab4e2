import assert from 'node:assert/strict';
import { ack, as, LEASE, release, retry } from './hand-consumer.js';
import { numbered, publication, QUEUE, type StagedTest } from './stage.js';

const DAY = 86_400_000;

export function describeLeases(test: StagedTest): void {
  fence(test);
  renewal(test);
}

function fence(test: StagedTest): void {
  test('rule 5: a settlement after a lost lease is refused, and its follow-ups are not sent', async (stage) => {
    await stage.publish('a');
    const loser = await stage.consumer();
    const late = await loser.takeOne();
    stage.shiftTime(LEASE + 1);
    const holder = await stage.sweeper({ on: await stage.another() });
    const held = await holder.takeOne();
    const extras = { publish: [publication('b')], result: { record: { id: 'a', state: 'SUCCESS', retries: 0, at: 1 }, expires: DAY } };
    for (const kind of [ack(), retry('late'), release(), release(0, true)]) {
      assert.deepEqual(await loser.settle(as(late, kind, extras)), [false]);
    }
    assert.equal(await stage.placeOf('b'), null);
    assert.deepEqual(await stage.results.load(['a']), [null]);
    assert.equal(await stage.placeOf('a'), 'leased');
    assert.deepEqual(await holder.settle(as(held, ack())), [true]);
    await stage.assertNothingLeft();
  });

  test('rule 5: a lost lease stays refused when the same id is leased again with a count of zero', async (stage) => {
    await stage.publish('a');
    const loser = await stage.consumer();
    const late = await loser.takeOne();
    stage.shiftTime(LEASE + 1);
    const second = await stage.sweeper();
    await second.settle(as(await second.takeOne(), retry()));
    const third = await stage.consumer();
    const held = await third.takeOne();
    assert.equal(held.lostLeases, late.lostLeases);
    assert.deepEqual(await loser.settle(as(late, ack())), [false]);
    assert.deepEqual((await loser.consumer.extend([late])).lost, [late]);
    assert.deepEqual(await third.settle(as(held, ack())), [true]);
  });

  test('rule 5: a consumer is refused under the token of an earlier hand-over', async (stage) => {
    await stage.publish('a');
    const worker = await stage.consumer();
    const first = await worker.takeOne();
    await worker.settle(as(first, retry()));
    const second = await worker.takeOne();
    assert.notEqual(first.token, second.token);
    assert.deepEqual(await worker.settle(as(first, ack())), [false]);
    assert.deepEqual((await worker.consumer.extend([first])).lost, [first]);
    assert.deepEqual(await worker.settle(as(second, ack())), [true]);
  });

  test('rule 5: an expired lease is still valid until another consumer takes it over', async (stage) => {
    await stage.publish('a', 'b');
    const worker = await stage.consumer();
    const [a, b] = await worker.take();
    stage.shiftTime(LEASE + 1);
    assert.deepEqual(await worker.settle(as(a, ack())), [true]);
    assert.deepEqual((await worker.consumer.extend([b])).lost, []);
    assert.deepEqual(await (await stage.sweeper()).takeIds(), []);
    await worker.ack(b);
    await stage.assertNothingLeft();
  });

  test('rule 5: an unknown delivery is refused', async (stage) => {
    await stage.publish('a');
    const worker = await stage.consumer();
    const held = await worker.takeOne();
    const forged = { ...held, token: `${held.token}0` };
    assert.deepEqual(await worker.settle(as(forged, ack()), as({ ...held, id: 'b' }, ack())), [false, false]);
    assert.deepEqual(await worker.settle(as(held, ack())), [true]);
  });
}

function renewal(test: StagedTest): void {
  test('extend: a renewed lease is not taken over', async (stage) => {
    await stage.publish(...numbered(600));
    const worker = await stage.consumer();
    const deliveries = [...(await worker.take(500)), ...(await worker.take(500))];
    const other = await stage.consumer();
    for (let round = 0; round < 3; round++) {
      stage.shiftTime(LEASE - 1_000);
      assert.deepEqual(await worker.consumer.extend(deliveries), { lost: [], revoked: [] });
      assert.deepEqual(await other.takeIds(), []);
    }
    assert.ok((await worker.ack(...deliveries)).every(Boolean));
    await stage.assertNothingLeft();
  });

  test('extend: reports lost leases and renews the others', async (stage) => {
    await stage.publish('a', 'b', 'c');
    const [worker, other] = [await stage.consumer(), await stage.sweeper()];
    const deliveries = await worker.take();
    const [, b] = deliveries;
    await worker.settle(as(b, ack()));
    stage.shiftTime(LEASE - 1_000);
    assert.deepEqual((await worker.consumer.extend(deliveries)).lost, [b]);
    stage.shiftTime(LEASE - 1_000);
    assert.deepEqual(await other.takeIds(), []);
  });

  test('rule 7: a delivery is held until its local deadline, which only a renewal extends', async (stage) => {
    stage.needsTimedLeases();
    await stage.publish('a', 'b');
    const worker = await stage.consumer();
    const [a, b] = await worker.take();
    assert.equal(worker.consumer.holds(a), true);
    stage.shiftTime(LEASE - 1_000);
    await worker.consumer.extend([a]);
    assert.deepEqual(
      [a, b].map((delivery) => worker.consumer.holds(delivery)),
      [true, true],
    );
    stage.shiftTime(2_000);
    assert.deepEqual(
      [a, b].map((delivery) => worker.consumer.holds(delivery)),
      [true, false],
    );
    await worker.settle(as(a, ack()));
    assert.equal(worker.consumer.holds(a), false);
  });

  test('rule 7: an open consumer renews its deliveries by itself', async (stage) => {
    await stage.publish('a');
    const other = await stage.sweeper({ maxWait: 900 });
    const worker = await stage.consumer({ renew: true, lease: 300 });
    const held = await worker.takeOne();
    assert.deepEqual(await other.takeIds(), []);
    assert.deepEqual(worker.lost, []);
    assert.deepEqual(await worker.settle(as(held, ack())), [true]);
  });

  test('rule 8: a late consumer renews its own leases before it sweeps', async (stage) => {
    await stage.publish('a');
    const worker = await stage.consumer({ renew: true });
    const held = await worker.takeOne();
    stage.shiftTime(LEASE + 1);
    assert.deepEqual(await worker.takeIds(), []);
    assert.equal(worker.consumer.holds(held), true);
    assert.deepEqual(worker.lost, []);
    assert.deepEqual(await worker.settle(as(held, ack())), [true]);
  });

  test('rule 11: deliveries of a closed consumer stay leased until their leases expire', async (stage) => {
    stage.needsTimedLeases();
    await stage.publish('a');
    const worker = await stage.consumer({ renew: true });
    await worker.takeOne();
    await worker.consumer.close();
    const sweeper = await stage.consumer();
    assert.deepEqual(await sweeper.takeIds(), []);
    stage.shiftTime(LEASE + 1);
    assert.deepEqual((await sweeper.take()).map(({ id, queue, lostLeases }) => [id, queue, lostLeases]), [['a', QUEUE, 1]]); // prettier-ignore
  });
}
