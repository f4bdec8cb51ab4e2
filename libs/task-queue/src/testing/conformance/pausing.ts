import assert from 'node:assert/strict';
import { as, LEASE, release, retry } from './hand-consumer.js';
import { QUEUE, type StagedTest } from './stage.js';

const HOUR = 3_600_000;

/** Tests of paused queues. */
export function describePausing(test: StagedTest): void {
  test('rule 21: a paused queue hands out nothing to any process and still accepts messages', async (stage) => {
    await stage.publish('before');
    await stage.inspector.pause(QUEUE);
    await stage.publish('after');
    for (const on of [stage.transport, await stage.another()]) assert.deepEqual(await (await stage.consumer({ on })).takeIds(), []);
    await stage.inspector.resume(QUEUE);
    assert.deepEqual(await (await stage.consumer()).takeIds(), ['before', 'after']);
  });

  test('rule 21: deliveries of a paused queue can be settled, renewed and released', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish('ack', 'retry', 'release', 'held');
    const [first, second, third, held] = await worker.take();
    await stage.inspector.pause(QUEUE);
    assert.deepEqual((await worker.consumer.extend([held])).lost, []);
    assert.deepEqual(await worker.ack(first), [true]);
    assert.deepEqual(await worker.settle(as(second, retry()), as(third, release())), [true, true]);
    assert.deepEqual(await worker.takeIds(), []);
    await stage.inspector.resume(QUEUE);
    assert.deepEqual((await worker.takeIds()).sort(), ['release', 'retry']);
  });

  test('the other queues of a consumer go on', async (stage) => {
    await stage.publish('a', { id: 'b', queue: 'other' });
    await stage.inspector.pause(QUEUE);
    assert.deepEqual(await (await stage.consumer({ queues: [QUEUE, 'other'] })).takeIds(), ['b']);
  });

  test('resuming wakes a waiting consumer', async (stage) => {
    await stage.inspector.pause(QUEUE);
    await stage.publish('a');
    const worker = await stage.consumer({ maxWait: 60_000 });
    const waiting = worker.takeIds();
    await stage.inspector.resume(QUEUE);
    assert.deepEqual(await waiting, ['a']);
  });

  test('a suspect in a paused queue does not keep a consumer from its other queues', async (stage) => {
    await stage.publish('suspect');
    await stage.crash(2);
    const worker = await stage.sweeper({ queues: [QUEUE, 'other'], lease: HOUR });
    await stage.inspector.pause(QUEUE);
    for (const id of ['a', 'b', 'c']) {
      await stage.publish({ id, queue: 'other' });
      assert.deepEqual(await worker.takeIds(), [id]);
    }
    await stage.inspector.resume(QUEUE);
  });

  test('a message whose lease expires during a pause goes back to its queue', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish('a');
    await worker.take();
    await worker.consumer.close();
    await stage.inspector.pause(QUEUE);
    const sweeper = await stage.sweeper();
    stage.shiftTime(LEASE + 1);
    assert.deepEqual(await sweeper.takeIds(), []);
    assert.equal(await stage.placeOf('a'), 'ready');
  });

  test('every process knows a paused queue until it is resumed, even if the queue is empty', async (stage) => {
    await stage.inspector.pause(QUEUE);
    await stage.inspector.pause('empty');
    await stage.inspector.pause('empty');
    const other = await stage.another();
    assert.deepEqual(await other.inspector.paused(), ['empty', QUEUE]);
    await other.inspector.resume('empty');
    await other.inspector.resume('never paused');
    assert.deepEqual(await stage.inspector.paused(), [QUEUE]);
  });
}
