import assert from 'node:assert/strict';
import type { JoinArrival, JoinReceipt, JoinToOpen } from '../../core/ports/stores/join-store.js';
import { ack, as, deadLetter, LEASE, retry } from './hand-consumer.js';
import type { HarnessFactory } from './harness.js';
import { numbered, publication, staged, type Stage, type StagedTest } from './stage.js';
import { testRunner } from './test-runner.js';

const HOUR = 3_600_000;

/** Tests of a join store, alone and as a part of settlements. */
export function joinStoreConformance(factory: HarnessFactory): void {
  const { describe } = testRunner();
  const test = staged(factory);
  describe('join store', () => {
    describe('open and arrive', () => arriving(test));
    describe('load, close and expiry', () => ending(test));
    describe('complete', () => completing(test));
    describe('with a settlement', () => settling(test));
  });
}

function join(id: string, members: number, more: Partial<JoinToOpen> = {}): JoinToOpen {
  return { id, members, body: `body of ${id}`, expires: HOUR, ...more };
}

function arrival(member: string, index = 0, more: Partial<JoinArrival> = {}): JoinArrival {
  return { join: 'j', member, index, value: `value of ${member}`, ...more };
}

function receipt(remaining: number | null, inserted = 1, more: Partial<JoinReceipt> = {}): JoinReceipt {
  return { join: 'j', remaining, inserted, completed: remaining === 0 && inserted > 0, ...more };
}

function arriving(test: StagedTest): void {
  test('rule 15: members are counted down, and the last one completes the join', async (stage) => {
    await stage.joins.open([join('j', 3)]);
    assert.deepEqual(await stage.joins.arrive([arrival('a', 0)]), [receipt(2)]);
    assert.deepEqual(await stage.joins.arrive([arrival('b', 1)]), [receipt(1)]);
    assert.deepEqual(await stage.joins.arrive([arrival('c', 2)]), [receipt(0)]);
  });

  test('rule 15: a member that arrives again counts once, even with another value', async (stage) => {
    await stage.joins.open([join('j', 2)]);
    await stage.joins.arrive([arrival('a')]);
    assert.deepEqual(await stage.joins.arrive([arrival('a', 1, { value: 'another' })]), [receipt(1, 0)]);
    assert.deepEqual(await stage.joins.arrive([arrival('b', 1), arrival('b', 1)]), [receipt(0)]);
    assert.deepEqual(await stage.joins.arrive([arrival('a'), arrival('b', 1)]), [receipt(0, 0)]);
    assert.deepEqual((await stage.joins.load('j'))?.members.map(({ value }) => value), ['value of a', 'value of b']); // prettier-ignore
  });

  test('rule 15: arrivals at many joins at once are counted for each join', async (stage) => {
    await stage.joins.open([join('j', 2), join('i', 1)]);
    const receipts = await stage.joins.arrive([
      arrival('a'),
      arrival('b', 0, { join: 'i' }),
      arrival('b', 1),
      arrival('x', 0, { join: 'none' }),
    ]);
    assert.deepEqual(receipts, [receipt(0, 2), receipt(0, 1, { join: 'i' }), receipt(null, 0, { join: 'none' })]);
    assert.deepEqual(await stage.joins.arrive([]), []);
  });

  test('rule 15: of members that arrive from many processes at once exactly one completes the join', async (stage) => {
    const others = await Promise.all([stage.another(), stage.another(), stage.another()]);
    const ids = numbered(90);
    await stage.joins.open([join('j', ids.length)]);
    // Each member arrives twice, in two processes.
    const calls = [...ids, ...ids].map((id, at) => others[(at + (at >= 90 ? 1 : 0)) % 3].joins.arrive([arrival(id, at % 90)]));
    const receipts = (await Promise.all(calls)).flat();
    assert.equal(receipts.filter(({ completed }) => completed).length, 1);
    assert.deepEqual(receipts.flatMap(({ inserted, remaining }) => (inserted ? [remaining!] : [])).sort((a, b) => b - a), ids.map((_, at) => 89 - at)); // prettier-ignore
  });

  test('rule 15: a surplus member changes nothing', async (stage) => {
    await stage.joins.open([join('j', 1)]);
    await stage.joins.arrive([arrival('a')]);
    assert.deepEqual(await stage.joins.arrive([arrival('b', 1)]), [receipt(0, 0)]);
    assert.equal((await stage.joins.load('j'))?.members.length, 1);
  });

  test('rule 15: opening a join again changes nothing', async (stage) => {
    await stage.joins.open([join('j', 2)]);
    await stage.joins.arrive([arrival('a')]);
    await stage.joins.open([join('j', 5, { body: 'another', expires: 1 })]);
    stage.shiftTime(10);
    assert.deepEqual(await stage.joins.arrive([arrival('b', 1)]), [receipt(0)]);
    assert.equal((await stage.joins.load('j'))?.body, 'body of j');
  });

  test('rule 4: an invalid arrival is refused before anything is written', async (stage) => {
    await assert.rejects(stage.joins.open([join('j', 1), join('none', 0)]), { code: 'INVALID_OPTION' });
    await stage.joins.open([join('j', 2)]);
    for (const bad of [arrival(''), arrival('b', -1), arrival('b', 0.5), arrival('b', 0, { value: 1 as unknown as string })]) {
      await assert.rejects(stage.joins.arrive([arrival('a'), bad]), { code: 'INVALID_OPTION' });
    }
    assert.equal((await stage.joins.load('j'))?.remaining, 2);
  });
}

function ending(test: StagedTest): void {
  test('load: members come in the order of their index, with unchanged values', async (stage) => {
    const values = ['', '12:3', 'a\u0000NUL', 'Chào 👋', '{"open', 'x'.repeat(100_000)];
    await stage.joins.open([join('j', 20, { body: 'b:{}\u0000👋' })]);
    const members = values.map((value, index) => ({ member: `m:${index}\n`, index: index + 5, value }));
    for (const member of members.toReversed()) await stage.joins.arrive([{ join: 'j', ...member }]);
    assert.deepEqual(await stage.joins.load('j'), { id: 'j', expected: 20, remaining: 14, body: 'b:{}\u0000👋', members });
    assert.equal(await stage.joins.load('nobody'), null);
  });

  test('rule 15: after a join was closed, neither an arrival nor an open changes it', async (stage) => {
    await stage.joins.open([join('j', 2)]);
    await stage.joins.arrive([arrival('a'), arrival('b', 1)]);
    await stage.joins.close(['j', 'nobody']);
    await stage.joins.close(['j']);
    await stage.joins.open([join('j', 1)]);
    assert.deepEqual(await stage.joins.arrive([arrival('c', 2)]), [receipt(null, 0)]);
    assert.equal(await stage.joins.load('j'), null);
    assert.deepEqual(await stage.joins.complete(10), []);
  });

  test('close: an incomplete join can be abandoned', async (stage) => {
    await stage.joins.open([join('j', 2)]);
    await stage.joins.close(['j']);
    assert.deepEqual(await stage.joins.arrive([arrival('a')]), [receipt(null, 0)]);
  });

  test('an expired join is removed, whether complete, closed or open', async (stage) => {
    const ids = ['complete', 'closed', 'open'];
    await stage.joins.open(ids.map((id) => join(id, 1, { expires: 5_000 })));
    await stage.joins.arrive(ids.slice(0, 2).map((id) => arrival('a', 0, { join: id })));
    await stage.joins.close(['closed']);
    stage.shiftTime(4_000);
    assert.notEqual(await stage.joins.load('open'), null);
    assert.deepEqual(await stage.joins.complete(10), ['complete']);
    stage.shiftTime(1_001);
    assert.deepEqual(await stage.joins.complete(10), []);
    for (const id of ids) {
      assert.equal(await stage.joins.load(id), null);
      assert.deepEqual(await stage.joins.arrive([arrival('a', 0, { join: id })]), [receipt(null, 0, { join: id })]);
    }
    await stage.joins.open([join('closed', 1), join('complete', 2)]);
    assert.deepEqual(await stage.joins.arrive([arrival('a', 0, { join: 'closed' })]), [receipt(0, 1, { join: 'closed' })]);
    assert.deepEqual(await stage.joins.complete(10), ['closed']);
  });
}

function completing(test: StagedTest): void {
  test('complete: lists complete open joins in the order of their completion, up to the limit', async (stage) => {
    await stage.joins.open(['c', 'b', 'a', 'open'].map((id) => join(id, 1)));
    for (const id of ['b', 'c', 'a']) {
      await stage.joins.arrive([arrival('m', 0, { join: id })]);
      stage.shiftTime(1_000);
    }
    assert.deepEqual(await stage.joins.complete(2), ['b', 'c']);
    await stage.joins.close(['b']);
    assert.deepEqual(await stage.joins.complete(10), ['c', 'a']);
  });

  test('complete: expired joins do not count against the limit', async (stage) => {
    const old = numbered(150);
    await stage.joins.open([...old.map((id) => join(id, 1, { expires: 1_000 })), join('j', 1)]);
    await stage.joins.arrive([...old, 'j'].map((id) => arrival('m', 0, { join: id })));
    stage.shiftTime(1_001);
    assert.deepEqual(await stage.joins.complete(1), ['j']);
  });

  test('rule 15: the body that the last member publishes and the one that a reconciler repeats are the same message', async (stage) => {
    const worker = await stage.consumer();
    await stage.joins.open([join('j', 1)]);
    await stage.joins.arrive([arrival('a')]);
    const publishBody = async () => {
      const { id, body } = (await stage.joins.load('j'))!;
      return stage.publish({ id: `${id}-body`, body, traced: true });
    };
    // The worker of the last member publishes the body, which runs to its end. The worker dies before it has closed the join.
    assert.deepEqual(await publishBody(), [{ id: 'j-body', deduplicated: false }]);
    assert.deepEqual((await worker.drain()).map(({ body }) => body), ['body of j']); // prettier-ignore
    assert.deepEqual(await stage.joins.complete(10), ['j']);
    assert.deepEqual(await publishBody(), [{ id: 'j-body', deduplicated: true }]);
    await stage.joins.close(['j']);
    assert.deepEqual(await worker.takeIds(), []);
    await stage.assertNothingLeft();
  });
}

function settling(test: StagedTest): void {
  test('rule 15: a settlement carries its arrival, and its receipt has the remaining count', async (stage) => {
    await stage.joins.open([join('j', 3), join('i', 1)]);
    await stage.publish('a', 'b', 'c');
    const worker = await stage.consumer();
    const [a, b, c] = await worker.take();
    const receipts = await worker.consumer.settle([
      as(a, ack(), { arrivals: [arrival('a'), arrival('a', 0, { join: 'i' })] }),
      as(b, deadLetter(), { arrivals: [arrival('b', 1)], publish: [publication('after')] }),
      as(c, ack()),
    ]);
    assert.deepEqual(receipts, [
      { id: 'a', accepted: true, joined: [receipt(2), receipt(0, 1, { join: 'i' })] },
      { id: 'b', accepted: true, joined: [receipt(1)] },
      { id: 'c', accepted: true },
    ]);
    assert.deepEqual((await stage.joins.load('j'))?.members.map(({ member }) => member), ['a', 'b']); // prettier-ignore
    assert.deepEqual(await worker.takeIds(), ['after']);
  });

  test('rule 15: of members that many workers settle at once exactly one completes the join', async (stage) => {
    const ids = numbered(120);
    await stage.joins.open([join('j', ids.length)]);
    await stage.publish(...ids);
    const workers = await Promise.all([1, 2, 3].map(async () => stage.consumer({ on: await stage.another() })));
    const receipts = await Promise.all(
      workers.map(async (worker) => {
        const deliveries = await worker.take(40);
        const settlements = deliveries.map((each) => as(each, ack(), { arrivals: [arrival(each.id, ids.indexOf(each.id))] }));
        return (await Promise.all(settlements.map((one) => worker.consumer.settle([one])))).flat();
      }),
    );
    const joined = receipts.flat().flatMap((each) => each.joined ?? []);
    assert.deepEqual(joined.map(({ remaining }) => remaining).sort((x, y) => x! - y!), ids.map((_, at) => at)); // prettier-ignore
    assert.equal(joined.filter(({ completed }) => completed).length, 1);
    assert.deepEqual((await stage.joins.load('j'))?.members.map(({ member }) => member), ids); // prettier-ignore
  });

  test('rule 15: the arrival of a refused settlement does not count', async (stage) => {
    await openAndPublish(stage);
    const worker = await stage.consumer();
    const delivery = await worker.takeOne();
    stage.shiftTime(LEASE + 1);
    await (await stage.sweeper()).takeOne();
    const [receipt] = await worker.consumer.settle([as(delivery, ack(), { arrivals: [arrival('a')] })]);
    assert.deepEqual(receipt, { id: 'a', accepted: false });
    assert.equal((await stage.joins.load('j'))?.remaining, 1);
  });

  test('rule 15: a member that is redelivered after its arrival counts once', async (stage) => {
    await openAndPublish(stage);
    const worker = await stage.consumer();
    const arrivals = [arrival('a')];
    const first = await worker.consumer.settle([as(await worker.takeOne(), retry(), { arrivals })]);
    const again = await worker.consumer.settle([as(await worker.takeOne(), ack(), { arrivals: [arrival('a', 0, { value: 'other' })] })]);
    assert.deepEqual([first[0].joined, again[0].joined], [[receipt(0)], [receipt(0, 0)]]);
  });

  test('rule 4: an invalid arrival fails only its own settlement', async (stage) => {
    await stage.joins.open([join('j', 2)]);
    await stage.publish('a', 'b');
    const worker = await stage.consumer();
    const [a, b] = await worker.take();
    const accepted = await worker.settle(as(a, ack(), { arrivals: [arrival('a', -1)] }), as(b, ack(), { arrivals: [arrival('b')] }));
    assert.deepEqual(accepted, [false, true]);
    assert.equal(await stage.placeOf('a'), 'leased');
    assert.equal((await stage.joins.load('j'))?.remaining, 1);
  });
}

async function openAndPublish(stage: Stage): Promise<void> {
  await stage.joins.open([join('j', 1)]);
  await stage.publish('a');
}
