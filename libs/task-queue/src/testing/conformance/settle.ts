import assert from 'node:assert/strict';
import type { TaskResultRecord } from '../../core/message/task-result.js';
import { ack, as, deadLetter, release, retry } from './hand-consumer.js';
import { numbered, publication, QUEUE, type StagedTest } from './stage.js';

const DAY = 86_400_000;

export function describeSettle(test: StagedTest): void {
  acks(test);
  retries(test);
  releases(test);
  deadLetters(test);
  together(test);
  alone(test);
}

function success(id: string, result: unknown = 'done'): { record: TaskResultRecord; expires: number } {
  return { record: { id, state: 'SUCCESS', retries: 0, result, at: 1 }, expires: DAY };
}

function acks(test: StagedTest): void {
  test('ack: nothing of the message is left', async (stage) => {
    await stage.publish(...numbered(1_200));
    const worker = await stage.consumer();
    const drained = await worker.drain(1_200);
    assert.equal(drained.length, 1_200);
    await stage.assertNothingLeft();
  });

  test('ack: receipts come in order, and a second settlement is refused', async (stage) => {
    await stage.publish('a', 'b');
    const worker = await stage.consumer();
    const [a, b] = await worker.take();
    assert.deepEqual(await worker.consumer.settle([as(b, ack()), as(a, ack())]), [
      { id: 'b', accepted: true },
      { id: 'a', accepted: true },
    ]);
    assert.deepEqual(await worker.settle(as(a, ack()), as(b, release())), [false, false]);
    await stage.assertNothingLeft();
  });

  test('ack: settling nothing is not an error', async (stage) => {
    assert.deepEqual(await (await stage.consumer()).settle(), []);
  });
}

function retries(test: StagedTest): void {
  test('retry: the id comes back after its delay, with its new body and priority', async (stage) => {
    await stage.publish({ id: 'a', priority: 1 });
    const worker = await stage.consumer();
    assert.deepEqual(await worker.settle(as(await worker.takeOne(), retry('second', 5_000, 8))), [true]);
    assert.deepEqual(await worker.takeIds(), []);
    assert.equal(await stage.placeOf('a'), 'delayed');
    stage.shiftTime(5_001);
    const { id, body, priority, queue } = await worker.takeOne();
    assert.deepEqual({ id, body, priority, queue }, { id: 'a', body: 'second', priority: 8, queue: QUEUE });
  });

  test('retry: an eta sets the instant of the retry', async (stage) => {
    await stage.publish('a');
    const worker = await stage.consumer();
    await worker.settle(as(await worker.takeOne(), { kind: 'retry', body: 'x', priority: 5, due: { eta: Date.now() + 5_000 } }));
    assert.deepEqual(await worker.takeIds(), []);
    stage.shiftTime(6_000);
    assert.deepEqual(await worker.takeIds(), ['a']);
  });

  test('retry: without a delay the message goes to the end of its priority', async (stage) => {
    await stage.publish('a', 'b');
    const worker = await stage.consumer();
    await worker.settle(as(await worker.takeOne(), retry()));
    assert.deepEqual(await worker.takeIds(), ['b', 'a']);
  });

  test('retry: the count of lost leases is reset, because the task has completed an attempt', async (stage) => {
    await stage.publish('a');
    await stage.crash(2);
    const worker = await stage.sweeper();
    const suspect = await worker.takeOne();
    assert.equal(suspect.lostLeases, 2);
    await worker.settle(as(suspect, retry()));
    assert.equal((await worker.takeOne()).lostLeases, 0);
  });

  test('retry: the trace of an earlier task with the same id does not block it', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish({ id: 'a', traced: true });
    await worker.settle(as(await worker.takeOne(), ack(true)));
    await stage.publish('a');
    assert.deepEqual(await worker.settle(as(await worker.takeOne(), retry())), [true]);
    assert.deepEqual(await worker.takeIds(), ['a']);
  });
}

function releases(test: StagedTest): void {
  test('rule 11: a release puts the message first in its priority, unchanged', async (stage) => {
    await stage.publish({ id: 'high', priority: 6 }, 'a', 'b', 'c');
    const worker = await stage.consumer();
    const taken = await worker.take(2);
    await worker.settle(as(taken[1], release()));
    const [next] = await worker.take(1);
    assert.deepEqual([next.id, next.body, next.lostLeases], ['a', 'body of a', 0]);
    assert.deepEqual(await worker.takeIds(), ['b', 'c']);
  });

  test('rule 11: a delivery cannot be settled after its release', async (stage) => {
    await stage.publish('a');
    const worker = await stage.consumer();
    const first = await worker.takeOne();
    await worker.settle(as(first, release()));
    const second = await worker.takeOne();
    assert.deepEqual(await worker.settle(as(first, ack())), [false]);
    assert.deepEqual(await worker.settle(as(second, ack())), [true]);
  });

  test('rule 11: a release with a delay comes back after the delay', async (stage) => {
    await stage.publish('a');
    const worker = await stage.consumer();
    await worker.settle(as(await worker.takeOne(), release(5_000)));
    assert.deepEqual(await worker.takeIds(), []);
    stage.shiftTime(5_001);
    const back = await worker.takeOne();
    assert.deepEqual([back.id, back.body, back.lostLeases], ['a', 'body of a', 0]);
  });

  test('rule 9: an uncharged release is never counted, however often it happens', async (stage) => {
    await stage.publish('a', 'b');
    const worker = await stage.consumer();
    for (let round = 0; round < 4; round++) {
      const both = await worker.take();
      assert.deepEqual(
        both.map(({ lostLeases }) => lostLeases),
        [0, 0],
      );
      await worker.settle(...both.map((delivery) => as(delivery, release())));
    }
  });

  test('rule 9: a charged release counts as a lost lease, delayed or not', async (stage) => {
    await stage.publish('a');
    const worker = await stage.consumer();
    await worker.settle(as(await worker.takeOne(), release(0, true)));
    const once = await worker.takeOne();
    assert.equal(once.lostLeases, 1);
    await worker.settle(as(once, release(1_000, true)));
    stage.shiftTime(1_001);
    assert.equal((await worker.takeOne()).lostLeases, 2);
  });
}

function deadLetters(test: StagedTest): void {
  test('deadLetter: the message is never handed out again and can be read with its reason', async (stage) => {
    await stage.publish('a');
    await stage.crash();
    const worker = await stage.sweeper();
    assert.deepEqual(await worker.settle(as(await worker.takeOne(), deadLetter())), [true]);
    assert.deepEqual(await worker.takeIds(), []);
    assert.equal(await stage.placeOf('a'), 'dead');
    const [found] = await stage.inspector.findDeadLetters(QUEUE, ['a']);
    const { at, ...letter } = found!;
    assert.deepEqual(letter, { id: 'a', queue: QUEUE, body: 'body of a', reason: 'worker_lost', detail: 'five times', attempts: [] });
    assert.ok(Math.abs(at - (Date.now() + 20_000)) < 60_000);
    assert.deepEqual(await stage.inspector.counts(QUEUE), { ready: 0, delayed: 0, limited: 0, leased: 0, suspects: 0, dead: 1 });
  });
}

function together(test: StagedTest): void {
  test('a settlement sends its follow-ups and saves its result', async (stage) => {
    await stage.publish('a');
    const worker = await stage.consumer({ queues: [QUEUE, 'next'] });
    const publish = [publication({ id: 'b', queue: 'next' }), publication({ id: 'c', due: { delay: 1_000 } })];
    await worker.settle(as(await worker.takeOne(), ack(), { publish, result: success('a') }));
    assert.equal((await stage.results.load(['a']))[0]?.result, 'done');
    assert.deepEqual(await worker.takeIds(), ['b']);
    stage.shiftTime(1_001);
    assert.deepEqual(await worker.takeIds(), ['c']);
  });

  test('a release saves its result too', async (stage) => {
    await stage.publish('a', 'b');
    const worker = await stage.consumer();
    const [a, b] = await worker.take();
    const waits = (id: string) => ({ result: { record: { id, state: 'RETRY', retries: 0, at: 1 }, expires: DAY } });
    await worker.settle(as(a, release(0, true), waits('a')), as(b, release(1_000), waits('b')));
    assert.deepEqual(
      (await stage.results.load(['a', 'b'])).map((record) => record?.state),
      ['RETRY', 'RETRY'],
    );
  });

  test('rule 3: a follow-up whose id is known or traced is not sent twice', async (stage) => {
    const worker = await stage.consumer({ queues: [QUEUE, 'next'] });
    await stage.publish({ id: 'gone', queue: 'next', traced: true });
    await worker.settle(as(await worker.takeOne(), ack(true)));
    await stage.publish('a');
    const a = await worker.takeOne();
    await stage.publish({ id: 'there', queue: 'next' });
    const publish = ['there', 'gone'].map((id) => publication({ id, queue: 'next', body: 'forked', traced: true }));
    assert.deepEqual(await worker.settle(as(a, ack(), { publish })), [true]);
    assert.deepEqual(
      (await worker.drain()).map(({ body }) => body),
      ['body of there'],
    );
  });

  test('every kind of settlement sends its follow-ups', async (stage) => {
    const kinds = { ack: ack(), retry: retry('x', 60_000), release: release(60_000), deadLetter: deadLetter() };
    await stage.publish(...Object.keys(kinds));
    const worker = await stage.consumer();
    const deliveries = await worker.take();
    const settlements = Object.entries(kinds).map(([id, kind]) => {
      const delivery = deliveries.find((each) => each.id === id)!;
      return as(delivery, kind, { publish: [publication(`after ${id}`)], result: success(id) });
    });
    assert.deepEqual(await worker.settle(...settlements), [true, true, true, true]);
    assert.deepEqual((await worker.takeIds()).sort(), Object.keys(kinds).map((id) => `after ${id}`).sort()); // prettier-ignore
    assert.ok((await stage.results.load(Object.keys(kinds))).every((record) => record?.state === 'SUCCESS'));
  });

  test('rule 13: a refused result does not hold up its settlement', async (stage) => {
    await stage.results.save([{ id: 'a', state: 'REVOKED', retries: 0, at: 1 }], DAY);
    await stage.publish('a');
    const worker = await stage.consumer();
    assert.deepEqual(await worker.settle(as(await worker.takeOne(), ack(), { result: success('a') })), [true]);
    assert.equal((await stage.results.load(['a']))[0]?.state, 'REVOKED');
    await stage.assertNothingLeft();
  });
}

function alone(test: StagedTest): void {
  test('rule 4: a refused settlement changes nothing, and its neighbours are accepted', async (stage) => {
    await stage.publish(...numbered(600));
    const worker = await stage.consumer();
    const deliveries = [...(await worker.take(500)), ...(await worker.take(500))];
    const loser = deliveries[300];
    await worker.settle(as(loser, release()));
    const accepted = await worker.settle(
      ...deliveries.map((delivery) =>
        as(delivery, ack(), { publish: [publication(`after ${delivery.id}`)], result: success(delivery.id) }),
      ),
    );
    assert.deepEqual(
      accepted.flatMap((yes, index) => (yes ? [] : [index])),
      [300],
    );
    assert.deepEqual(await stage.results.load([loser.id]), [null]);
    assert.equal(await stage.placeOf(`after ${loser.id}`), null);
    assert.equal(await stage.placeOf(loser.id), 'ready');
    assert.equal((await worker.drain(1_000)).length, 600);
  });

  test('rule 4: an invalid result fails only its own settlement', async (stage) => {
    await stage.publish('a', 'b', 'c');
    const worker = await stage.consumer();
    const [a, b, c] = await worker.take();
    const accepted = await worker.settle(as(a, ack()), as(b, ack(), { result: success('b', 1n) }), as(c, ack()));
    assert.deepEqual(accepted, [true, false, true]);
    assert.equal(await stage.placeOf('b'), 'leased');
  });
}
