import assert from 'node:assert/strict';
import { QUEUE, type StagedTest } from './stage.js';

/** Tests of a consumer whose queues change while it consumes. */
export function describeSubscribe(test: StagedTest): void {
  test('a consumer receives from an added queue and not from a removed one', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish('a', { id: 'b', queue: 'other' });
    await worker.consumer.subscribe(['other']);
    assert.deepEqual(await worker.drainOnce(), ['b']);
    await worker.consumer.subscribe([QUEUE, 'other']);
    assert.deepEqual(await worker.drainOnce(), ['a']);
  });

  test('a waiting receive finds the messages of an added queue', async (stage) => {
    const worker = await stage.consumer({ maxWait: 60_000 });
    await stage.publish({ id: 'b', queue: 'other' });
    const waiting = worker.takeIds();
    await worker.consumer.subscribe([QUEUE, 'other']);
    assert.deepEqual(await waiting, ['b']);
  });

  test('a waiting receive is woken for a new message in an added queue', async (stage) => {
    const worker = await stage.consumer({ maxWait: 60_000 });
    const waiting = worker.takeIds();
    await worker.consumer.subscribe([QUEUE, 'other']);
    await stage.publish({ id: 'b', queue: 'other' });
    assert.deepEqual(await waiting, ['b']);
  });

  test('deliveries of a removed queue can still be settled', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish('a');
    const held = await worker.takeOne();
    await worker.consumer.subscribe(['other']);
    assert.deepEqual((await worker.consumer.extend([held])).lost, []);
    assert.deepEqual(await worker.ack(held), [true]);
    await stage.assertNothingLeft();
  });

  test('a consumer without queues waits until a queue is added', async (stage) => {
    const worker = await stage.consumer();
    await worker.consumer.subscribe([]);
    await stage.publish('a');
    assert.deepEqual(await worker.takeIds(), []);
    await worker.consumer.subscribe([QUEUE]);
    assert.deepEqual(await worker.takeIds(), ['a']);
  });

  test('a wake-up of a removed queue reaches a consumer that still waits for it', async (stage) => {
    const leaver = await stage.consumer({ maxWait: 60_000 });
    const left = leaver.takeIds();
    await leaver.consumer.subscribe(['other']);
    const stayer = await stage.consumer({ maxWait: 60_000 });
    const staying = stayer.takeIds();
    await stage.publish('a', { id: 'b', queue: 'other' });
    assert.deepEqual([await staying, await left], [['a'], ['b']]);
  });
}
