import assert from 'node:assert/strict';
import { as, LEASE, release, retry } from './hand-consumer.js';
import { QUEUE, type StagedTest } from './stage.js';

const HOUR = 3_600_000;

/** What a pause must hold back, and what it must not. */
export function describePausing(test: StagedTest): void {
  test('rule 21: a paused queue hands out nothing, to any process, and takes messages all the same', async (stage) => {
    await stage.publish('before');
    await stage.inspector.pause(QUEUE);
    await stage.publish('after');
    for (const on of [stage.transport, await stage.another()]) assert.deepEqual(await (await stage.consumer({ on })).takeIds(), []);
    await stage.inspector.resume(QUEUE);
    assert.deepEqual(await (await stage.consumer()).takeIds(), ['before', 'after']);
  });

  test('rule 21: what is out of a paused queue is settled, renewed and given back', async (stage) => {
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

  test('the other queues of a worker go on', async (stage) => {
    await stage.publish('a', { id: 'b', queue: 'other' });
    await stage.inspector.pause(QUEUE);
    assert.deepEqual(await (await stage.consumer({ queues: [QUEUE, 'other'] })).takeIds(), ['b']);
  });

  test('resuming wakes a worker that waits', async (stage) => {
    await stage.inspector.pause(QUEUE);
    await stage.publish('a');
    const worker = await stage.consumer({ maxWait: 60_000 });
    const waiting = worker.takeIds();
    await stage.inspector.resume(QUEUE);
    assert.deepEqual(await waiting, ['a']);
  });

  test('a suspect that a pause holds back keeps no worker from its other queues', async (stage) => {
    await stage.publish('suspect');
    await stage.crash(2);
    const worker = await stage.heir({ queues: [QUEUE, 'other'], lease: HOUR });
    await stage.inspector.pause(QUEUE);
    for (const id of ['a', 'b', 'c']) {
      await stage.publish({ id, queue: 'other' });
      assert.deepEqual(await worker.takeIds(), [id]);
    }
    await stage.inspector.resume(QUEUE);
  });

  test('a lease that runs out while the queue is paused goes back to it', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish('a');
    await worker.take();
    await worker.consumer.close();
    await stage.inspector.pause(QUEUE);
    const heir = await stage.heir();
    stage.shiftTime(LEASE + 1);
    assert.deepEqual(await heir.takeIds(), []);
    assert.equal(await stage.placeOf('a'), 'ready');
  });

  test('what is paused is known to every process, messages or none, until it is resumed', async (stage) => {
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
