import assert from 'node:assert/strict';
import { QUEUE, type StagedTest } from './stage.js';

/** A consumer whose queues change while it consumes. */
export function describeSubscribe(test: StagedTest): void {
  test('a queue that was added is received from, one that was left is not', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish('a', { id: 'b', queue: 'other' });
    await worker.consumer.subscribe(['other']);
    assert.deepEqual(await worker.drainOnce(), ['b']);
    await worker.consumer.subscribe([QUEUE, 'other']);
    assert.deepEqual(await worker.drainOnce(), ['a']);
  });

  test('a receive that waits finds what waits in a queue that is added', async (stage) => {
    const worker = await stage.consumer({ maxWait: 60_000 });
    await stage.publish({ id: 'b', queue: 'other' });
    const waiting = worker.takeIds();
    await worker.consumer.subscribe([QUEUE, 'other']);
    assert.deepEqual(await waiting, ['b']);
  });

  test('a receive that waits is woken for a queue that was added', async (stage) => {
    const worker = await stage.consumer({ maxWait: 60_000 });
    const waiting = worker.takeIds();
    await worker.consumer.subscribe([QUEUE, 'other']);
    await stage.publish({ id: 'b', queue: 'other' });
    assert.deepEqual(await waiting, ['b']);
  });

  test('what is out of a queue that was left is still this consumer’s to settle', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish('a');
    const held = await worker.takeOne();
    await worker.consumer.subscribe(['other']);
    assert.deepEqual((await worker.consumer.extend([held])).lost, []);
    assert.deepEqual(await worker.ack(held), [true]);
    await stage.assertNothingLeft();
  });

  test('a consumer of no queue waits, and works again when it has one', async (stage) => {
    const worker = await stage.consumer();
    await worker.consumer.subscribe([]);
    await stage.publish('a');
    assert.deepEqual(await worker.takeIds(), []);
    await worker.consumer.subscribe([QUEUE]);
    assert.deepEqual(await worker.takeIds(), ['a']);
  });

  test('a wake-up of a queue that was left reaches who still waits for it', async (stage) => {
    const leaver = await stage.consumer({ maxWait: 60_000 });
    const left = leaver.takeIds();
    await leaver.consumer.subscribe(['other']);
    const stayer = await stage.consumer({ maxWait: 60_000 });
    const staying = stayer.takeIds();
    await stage.publish('a', { id: 'b', queue: 'other' });
    assert.deepEqual([await staying, await left], [['a'], ['b']]);
  });
}
