import assert from 'node:assert/strict';
import { as, LEASE, release } from './hand-consumer.js';
import { numbered, QUEUE, type StagedTest } from './stage.js';

/** ms; a receive with this deadline must be ended by a wake-up. */
const LONG_WAIT = 60_000;

export function describeReceive(test: StagedTest): void {
  order(test);
  due(test);
  sharing(test);
  waiting(test);
}

function order(test: StagedTest): void {
  test('a delivery carries what was published', async (stage) => {
    await stage.publish({ id: 'a', body: 'the body', priority: 7 });
    const { id, queue, priority, body, lostLeases, revoked } = await (await stage.consumer()).takeOne();
    assert.deepEqual(
      { id, queue, priority, body, lostLeases, revoked },
      { id: 'a', queue: QUEUE, priority: 7, body: 'the body', lostLeases: 0, revoked: false },
    );
  });

  test('messages of one priority come first in, first out', async (stage) => {
    await stage.publish('c', 'a');
    await stage.publish('b');
    assert.deepEqual(await (await stage.consumer()).takeIds(), ['c', 'a', 'b']);
  });

  test('priority 9 comes before 0, whatever was sent first', async (stage) => {
    const ids = Array.from({ length: 10 }, (_, priority) => ({ id: `p${priority}`, priority }));
    await stage.publish(...ids, { id: 'late', priority: 9 });
    const worker = await stage.consumer();
    assert.deepEqual(await worker.takeIds(3), ['p9', 'late', 'p8']);
    assert.deepEqual(await worker.takeIds(), ['p7', 'p6', 'p5', 'p4', 'p3', 'p2', 'p1', 'p0']);
  });

  test('a receive never returns more than its limit', async (stage) => {
    await stage.publish(...numbered(10));
    const worker = await stage.consumer();
    assert.equal((await worker.take(3)).length, 3);
    assert.equal((await worker.take(7)).length, 7);
    assert.equal((await worker.take(1)).length, 0);
  });

  test("one receive can take more than a script's limit", async (stage) => {
    await stage.publish(...numbered(1_200));
    const worker = await stage.consumer();
    const taken: string[] = [];
    while (taken.length < 1_200) {
      const batch = await worker.takeIds(1_200 - taken.length);
      assert.ok(batch.length > 0);
      taken.push(...batch);
    }
    assert.deepEqual(taken, numbered(1_200));
  });

  test('a consumer receives from all of its queues and from no other', async (stage) => {
    const queues = numbered(20);
    await stage.publish(...queues.map((queue) => ({ id: `in ${queue}`, queue })), { id: 'elsewhere', queue: 'elsewhere' });
    const drained = await (await stage.consumer({ queues })).drain(3);
    assert.deepEqual(
      drained.map(({ id, queue }) => `${id} ${queue}`).sort(),
      queues.map((queue) => `in ${queue} ${queue}`),
    );
  });

  test('a full queue does not starve the others', async (stage) => {
    await stage.publish(...numbered(100).map((id) => ({ id, queue: 'full' })), { id: 'alone', queue: 'small' });
    const worker = await stage.consumer({ queues: ['full', 'small'] });
    const soon = [...(await worker.takeIds(4)), ...(await worker.takeIds(4))];
    assert.ok(soon.includes('alone'), `got ${soon.join(', ')}`);
  });
}

function due(test: StagedTest): void {
  test("rule 6: a countdown runs by the store's clock, and its message is not handed out earlier", async (stage) => {
    await stage.publish({ id: 'a', due: { delay: 5_000 } });
    const worker = await stage.consumer();
    stage.shiftTime(4_000);
    assert.deepEqual(await worker.takeIds(), []);
    assert.equal(await stage.placeOf('a'), 'delayed');
    stage.shiftTime(1_001);
    assert.deepEqual(await worker.takeIds(), ['a']);
  });

  test("rule 6: an eta is an instant of the store's clock; a past eta is due at once", async (stage) => {
    const now = Date.now();
    await stage.publish({ id: 'past', due: { eta: now - 5_000 } }, { id: 'later', due: { eta: now + 5_000 } });
    const worker = await stage.consumer();
    assert.deepEqual(await worker.takeIds(), ['past']);
    stage.shiftTime(6_000);
    assert.deepEqual(await worker.takeIds(), ['later']);
  });

  test('due messages come in the order of their instants', async (stage) => {
    await stage.publish({ id: 'c', due: { delay: 3_000 } }, { id: 'a', due: { delay: 1_000 } }, { id: 'b', due: { delay: 2_000 } });
    stage.shiftTime(4_000);
    assert.deepEqual(await (await stage.consumer()).takeIds(), ['a', 'b', 'c']);
  });

  test('a due message keeps its priority', async (stage) => {
    const due = { delay: 1_000 };
    await stage.publish('middle', { id: 'low', priority: 1, due }, { id: 'high', priority: 9, due });
    stage.shiftTime(1_001);
    const taken = await (await stage.consumer()).take();
    assert.deepEqual(
      taken.map(({ id, priority }) => [id, priority]),
      [
        ['high', 9],
        ['middle', 5],
        ['low', 1],
      ],
    );
  });

  test('1,200 messages that become due at once are all handed out', async (stage) => {
    await stage.publish(...numbered(1_200).map((id) => ({ id, due: { delay: 1_000 } })));
    stage.shiftTime(1_001);
    const drained = await (await stage.consumer()).drain(500);
    assert.deepEqual(drained.map(({ id }) => id).sort(), numbered(1_200));
    await stage.assertNothingLeft();
  });
}

function sharing(test: StagedTest): void {
  test('two consumers never get the same delivery', async (stage) => {
    const ids = numbered(300);
    const workers = [await stage.consumer(), await stage.consumer({ on: await stage.another() })];
    await stage.publish(...ids);
    const batches = await Promise.all(workers.flatMap((worker) => [worker.takeIds(40), worker.takeIds(40), worker.takeIds(40)]));
    const rest = await workers[0].drain();
    assert.deepEqual([...batches.flat(), ...rest.map(({ id }) => id)].sort(), ids);
  });

  test('rule 5: no message is ever handed out twice under one token', async (stage) => {
    await stage.publish(...numbered(20));
    const tokens: string[] = [];
    for (let round = 0; round < 3; round++) {
      const worker = await stage.consumer();
      const deliveries = [...(await worker.take(10)), ...(await worker.take(10))];
      tokens.push(...deliveries.map(({ id, token }) => `${id} ${token}`));
      await worker.settle(...deliveries.map((delivery) => as(delivery, release())));
    }
    assert.equal(tokens.length, 60);
    assert.equal(new Set(tokens).size, 60);
  });
}

function waiting(test: StagedTest): void {
  test('a waiting receive wakes up for a message', async (stage) => {
    const worker = await stage.consumer({ maxWait: LONG_WAIT });
    const waiting = worker.takeIds();
    await stage.publish('a');
    assert.deepEqual(await waiting, ['a']);
  });

  test('a waiting receive wakes up for a message that another process sends to its last queue', async (stage) => {
    const other = await stage.another();
    const worker = await stage.consumer({ maxWait: LONG_WAIT, queues: ['x', 'y', 'z'] });
    const waiting = worker.takeIds();
    await other.broker.publish([{ id: 'a', queue: 'z', body: '', priority: 0, traced: false }], { timeout: 5_000 });
    assert.deepEqual(await waiting, ['a']);
  });

  test('a delayed message that becomes the first to be due wakes a waiting receive in time', async (stage) => {
    await stage.publish({ id: 'far', due: { delay: LONG_WAIT } });
    const worker = await stage.consumer({ maxWait: LONG_WAIT });
    const waiting = worker.takeIds();
    await stage.publish({ id: 'near', due: { delay: 30 } });
    assert.deepEqual(await waiting, ['near']);
  });

  test('a waiting receive wakes up for an expired lease', async (stage) => {
    stage.needsTimedLeases();
    const sweeper = await stage.sweeper({ maxWait: LONG_WAIT });
    await stage.publish('a');
    await (await stage.consumer({ lease: 50 })).takeOne();
    assert.deepEqual(await sweeper.takeIds(), ['a']);
  });

  test("messages beyond one receive's limit wake the next waiting receive", async (stage) => {
    const workers = [await stage.consumer({ maxWait: LONG_WAIT }), await stage.consumer({ maxWait: LONG_WAIT, on: await stage.another() })];
    const waiting = workers.map((worker) => worker.takeIds(1));
    await stage.publish('a', 'b');
    assert.deepEqual((await Promise.all(waiting)).flat().sort(), ['a', 'b']);
  });

  test('a receive ends empty at its own deadline', async (stage) => {
    const worker = await stage.consumer({ maxWait: 20 });
    assert.deepEqual(await worker.takeIds(), []);
    assert.ok(worker.consumer.lastReceiveAt > 0);
  });

  test('rule 7: a liveness probe sees that a receive was answered', async (stage) => {
    const worker = await stage.consumer();
    await worker.take();
    const before = worker.consumer.lastReceiveAt;
    stage.shiftTime(LEASE);
    await worker.take();
    assert.ok(worker.consumer.lastReceiveAt >= before + LEASE);
  });

  test('an aborted receive ends empty and takes no message', async (stage) => {
    const worker = await stage.consumer({ maxWait: LONG_WAIT });
    const abort = new AbortController();
    const waiting = worker.consumer.receive(10, abort.signal);
    abort.abort();
    assert.deepEqual(await waiting, []);
    await stage.publish('a');
    assert.deepEqual(await worker.takeIds(), ['a']);
  });

  test('an abort that coincides with a message loses no message', async (stage) => {
    const worker = await stage.consumer({ maxWait: LONG_WAIT });
    const abort = new AbortController();
    const waiting = worker.consumer.receive(10, abort.signal);
    const sent = stage.publish('a');
    abort.abort();
    await sent;
    const taken = (await waiting).map(({ id }) => id);
    const rest = taken.length > 0 ? [] : await worker.takeIds();
    assert.deepEqual([...taken, ...rest], ['a']);
  });

  test('closing a consumer ends its waiting receive and every later one', async (stage) => {
    const worker = await stage.consumer({ maxWait: LONG_WAIT });
    const waiting = worker.takeIds();
    await worker.consumer.close();
    await worker.consumer.close();
    assert.deepEqual(await waiting, []);
    await stage.publish('a');
    assert.deepEqual(await worker.takeIds(), []);
    assert.equal(await stage.placeOf('a'), 'ready');
  });
}
