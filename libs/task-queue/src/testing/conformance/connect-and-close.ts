import assert from 'node:assert/strict';
import { BrokerUnavailableError } from '../../core/errors/publish-errors.js';
import { publication, type StagedTest } from './stage.js';

export function describeConnectAndClose(test: StagedTest): void {
  test('connecting and closing twice is safe, for each port and for the transport', async (stage) => {
    const { broker, results, control } = stage.transport;
    for (const seam of [broker, results, control, stage.transport]) await seam.connect();
    await stage.publish('a');
    await Promise.all([stage.transport.close(), stage.transport.close()]);
    for (const seam of [broker, results, control, stage.transport]) await seam.close();
  });

  test('publishing through a closed transport throws an error with its name', async (stage) => {
    const other = await stage.another();
    await other.close();
    await assert.rejects(other.broker.publish([publication('a')], { timeout: 200 }), BrokerUnavailableError);
    await stage.assertNothingLeft();
  });

  test('closing a transport does not affect the deliveries of others', async (stage) => {
    const other = await stage.another();
    const worker = await stage.consumer();
    await other.broker.publish([publication('a'), publication('b')], { timeout: 5_000 });
    const held = await worker.takeOne();
    await other.close();
    assert.deepEqual(await worker.ack(held), [true]);
    assert.deepEqual(await worker.takeIds(), ['b']);
  });

  test('closing a transport ends the waiting receives of its consumers', async (stage) => {
    const other = await stage.another();
    const worker = await stage.consumer({ on: other, maxWait: 60_000 });
    const waiting = worker.takeIds();
    await other.close();
    assert.deepEqual(await waiting, []);
  });

  test('two key prefixes are isolated from each other', async (stage) => {
    const stranger = await stage.another({ keyPrefix: `stranger-${Date.now()}` });
    await stage.publish('a');
    await stage.results.save([{ id: 'a', state: 'SUCCESS', retries: 0, at: 1 }], 60_000);
    assert.deepEqual(await stranger.inspector.queues(), []);
    assert.deepEqual(await stranger.inspector.locate(['a']), [null]);
    assert.deepEqual(await stranger.results.load(['a']), [null]);
    const receipts = await stranger.broker.publish([publication('a')], { timeout: 5_000 });
    assert.deepEqual(receipts, [{ id: 'a', deduplicated: false }]);
    const worker = await stage.consumer({ on: stranger });
    await worker.drain();
    assert.equal(await stage.placeOf('a'), 'ready');
  });
}
