import assert from 'node:assert/strict';
import { as, deadLetter, type HandConsumer } from './hand-consumer.js';
import { limited, MINUTE } from './rate-limits.js';
import { QUEUE, type PublicationInput, type Stage, type StagedTest } from './stage.js';
import { EXISTING, TAKEN, unique } from './unique-keys.js';

/** A publication with the unique key `k` and a rate limit of one per minute. */
function both(id: string, how: Parameters<typeof unique>[1] = {}, more: Partial<PublicationInput> = {}): PublicationInput {
  return limited(id, unique(id, how, more));
}

/** The deliveries of one receive, with 'revoked' for those that must be ended. */
async function fates(worker: HandConsumer): Promise<string[]> {
  return (await worker.drain()).map(({ id, revoked }) => (revoked ? `${id} revoked` : id));
}

/** A consumer, after the slot of this minute has been used. */
async function afterFirst(stage: Stage): Promise<HandConsumer> {
  const worker = await stage.consumer();
  await stage.publish(limited('first'));
  await worker.drainOnce();
  return worker;
}

/** Tests of rate limits together with unique keys, dead letters and several queues. */
export function describeCombinedLimits(test: StagedTest): void {
  withUniqueKeys(test);
  withReplaced(test);
  withDeadLetters(test);
  withQueues(test);
}

function withUniqueKeys(test: StagedTest): void {
  test("rule 16: a key until 'start' is held while its message waits for a slot", async (stage) => {
    const worker = await afterFirst(stage);
    await stage.publish(both('a', { until: 'start' }));
    assert.deepEqual(await stage.publish(both('b', { until: 'start' })), [EXISTING('a')]);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.takeIds(), ['a']);
    assert.deepEqual(await stage.publish(both('c', { until: 'start' })), [TAKEN('c')]);
  });

  test('rule 16: a message that its key holds back does not wait for a slot and changes no rate', async (stage) => {
    const worker = await afterFirst(stage);
    await stage.publish(both('a'));
    await stage.publish(limited('b', unique('b'), { intervalMs: 0 }));
    assert.equal((await stage.inspector.counts(QUEUE)).limited, 1);
    assert.deepEqual(await worker.takeIds(), []);
  });

  test('rule 16: purging a limited message frees its key and leaves nothing', async (stage) => {
    const worker = await afterFirst(stage);
    await stage.publish(both('a'));
    assert.equal(await stage.inspector.purge(QUEUE), 1);
    assert.deepEqual(await stage.publish(both('b')), [TAKEN('b')]);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.drainOnce(), ['b']);
    await stage.assertNothingLeft();
  });
}

function withReplaced(test: StagedTest): void {
  const replace = { onConflict: 'replace' } as const;

  test('rule 16: a replaced limited message is ended at once, and the new one waits for the slot', async (stage) => {
    const worker = await afterFirst(stage);
    await stage.publish(both('a', replace));
    assert.deepEqual(await stage.publish(both('b', replace)), [TAKEN('b')]);
    assert.deepEqual([await fates(worker), await stage.placeOf('b')], [['a revoked'], 'limited']);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await fates(worker), ['b']);
    await stage.assertNothingLeft();
  });

  test('rule 16: of several calls in one publish, all but the last are ended at once, without a slot', async (stage) => {
    const worker = await afterFirst(stage);
    await stage.publish(...['a', 'b', 'c'].map((id) => both(id, replace)));
    assert.deepEqual((await fates(worker)).sort(), ['a revoked', 'b revoked']);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await fates(worker), ['c']);
  });

  test('rule 16: a debounced call with a rate limit waits for its time, then for a slot', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish(both('a', replace, { due: { delay: 1_000 } }));
    await stage.publish(both('b', replace, { due: { delay: 2_000 } }));
    assert.deepEqual(await fates(worker), ['a revoked']);
    await stage.publish(limited('first'));
    assert.deepEqual(await fates(worker), ['first']);
    stage.shiftTime(2_001);
    assert.deepEqual([await fates(worker), await stage.placeOf('b')], [[], 'limited']);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await fates(worker), ['b']);
    await stage.assertNothingLeft();
  });
}

function withDeadLetters(test: StagedTest): void {
  const bury = async (stage: Stage, publication: PublicationInput): Promise<HandConsumer> => {
    const worker = await stage.consumer();
    await stage.publish(publication);
    await worker.settle(as(await worker.takeOne(), deadLetter()));
    return worker;
  };

  test('rule 18: a redriven dead letter uses a slot, even if its eta had passed when it was first sent', async (stage) => {
    const worker = await bury(stage, limited('a', {}, { expires: Date.now() + 1_000 }));
    assert.deepEqual(await stage.inspector.redrive(QUEUE, [{ id: 'a', priority: 5 }]), [true]);
    await stage.publish(limited('b'));
    stage.shiftTime(MINUTE);
    assert.deepEqual([await worker.drainOnce(), await stage.placeOf('b')], [['a'], 'limited']);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.drainOnce(), ['b']);
    await stage.assertNothingLeft();
  });

  test('rule 18: a redriven dead letter waits with its new priority', async (stage) => {
    const worker = await bury(stage, limited('a', { priority: 1 }));
    await stage.publish(limited('b'));
    await stage.inspector.redrive(QUEUE, [{ id: 'a', priority: 9 }]);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.drainOnce(), ['a']);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.drainOnce(), ['b']);
  });

  test('rule 16: a redriven dead letter with a key and a rate limit takes the key and waits for a slot', async (stage) => {
    const worker = await bury(stage, both('a'));
    await stage.publish(both('b'));
    const redrive = () => stage.inspector.redrive(QUEUE, [{ id: 'a', priority: 5 }]);
    assert.deepEqual([await redrive(), await stage.placeOf('a')], [[false], 'dead']);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.drainOnce(), ['b']);
    assert.deepEqual([await redrive(), await stage.placeOf('a')], [[true], 'limited']);
    assert.deepEqual(await stage.publish(both('c')), [EXISTING('a')]);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.drainOnce(), ['a']);
    await stage.assertNothingLeft();
  });

  test('rule 18: purging a dead letter with a rate limit leaves nothing', async (stage) => {
    await bury(stage, limited('a'));
    assert.equal(await stage.inspector.purgeDeadLetters(QUEUE), 1);
    await stage.assertNothingLeft();
  });
}

function withQueues(test: StagedTest): void {
  test('rule 18: limited messages are located, counted and purged in their own queue, even if other queues wait for the same slots', async (stage) => {
    await afterFirst(stage);
    await stage.publish(limited('a'), limited('b', { queue: 'other' }), limited('c', { queue: 'other' }));
    const counts = await Promise.all([QUEUE, 'other'].map((queue) => stage.inspector.counts(queue)));
    assert.deepEqual(counts.map((one) => one.limited), [1, 2]); // prettier-ignore
    assert.deepEqual(await stage.inspector.locate(['a', 'b']), [
      { queue: QUEUE, place: 'limited' },
      { queue: 'other', place: 'limited' },
    ]);
    assert.equal(await stage.inspector.purge('other'), 2);
    assert.deepEqual(await stage.inspector.locate(['a', 'b']), [{ queue: QUEUE, place: 'limited' }, null]);
  });

  test('rule 18: a consumer of several queues waits for the earliest slot', async (stage) => {
    const worker = await stage.consumer({ queues: [QUEUE, 'direct:w1'] });
    await stage.publish(limited('first'), limited('hour', { queue: 'direct:w1' }, { key: 'rare', intervalMs: 60 * MINUTE }));
    await worker.drainOnce();
    await stage.publish(limited('a', { queue: 'direct:w1' }), limited('rare', {}, { key: 'rare', intervalMs: 60 * MINUTE }));
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.drainOnce(), ['a']);
    assert.equal(await stage.placeOf('rare'), 'limited');
  });
}
