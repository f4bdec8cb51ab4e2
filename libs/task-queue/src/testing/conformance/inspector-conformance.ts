import assert from 'node:assert/strict';
import { describeDeadLetters } from './dead-letters.js';
import { as, deadLetter } from './hand-consumer.js';
import type { HarnessFactory } from './harness.js';
import { describePausing } from './pausing.js';
import { numbered, QUEUE, staged, type Stage, type StagedTest } from './stage.js';
import { testRunner } from './test-runner.js';

const HOUR = 3_600_000;
const EMPTY = { ready: 0, delayed: 0, limited: 0, leased: 0, suspects: 0, dead: 0 };

/** Tests of an inspector. */
export function inspectorConformance(factory: HarnessFactory): void {
  const { describe } = testRunner();
  const test = staged(factory);
  describe('inspector', () => {
    describe('queues, counts and locate', () => looking(test));
    describe('dead letters', () => describeDeadLetters(test));
    describe('purge', () => purging(test));
    describe('pause and resume', () => describePausing(test));
  });
}

/** Brings one message to each place; its id is the name of the place. */
async function oneOfEach(stage: Stage): Promise<void> {
  const busy = await stage.sweeper({ queues: ['other', QUEUE], lease: HOUR });
  await stage.publish({ id: 'busy', queue: 'other' }, 'dead', 'leased');
  const dead = (await busy.take()).find(({ id }) => id === 'dead')!;
  await busy.settle(as(dead, deadLetter()));
  await stage.publish('suspects');
  await stage.crash(2);
  await busy.take(); // sweeps, but takes no suspect, because it already holds a delivery
  await stage.publish('ready', { id: 'delayed', due: { delay: HOUR } }, { id: 'limited', limit: { key: 'task', intervalMs: HOUR } });
}

function looking(test: StagedTest): void {
  test('every place is counted, and every id is located in its place', async (stage) => {
    await oneOfEach(stage);
    assert.deepEqual(await stage.inspector.counts(QUEUE), { ready: 1, delayed: 1, limited: 1, leased: 1, suspects: 1, dead: 1 });
    const places = Object.keys(EMPTY);
    const found = await stage.inspector.locate([...places, 'nobody', 'busy']);
    assert.deepEqual(found, [...places.map((place) => ({ queue: QUEUE, place })), null, { queue: 'other', place: 'leased' }]);
  });

  test('every process knows exactly the queues that hold or have held messages', async (stage) => {
    await stage.publish('a', { id: 'b', queue: 'later', due: { delay: HOUR } });
    await (await stage.consumer({ queues: [QUEUE, 'idle'] })).drain();
    assert.deepEqual(await stage.inspector.counts('nowhere'), EMPTY);
    assert.deepEqual((await (await stage.another()).inspector.queues()).sort(), ['later', QUEUE]);
  });

  test('the head of each priority is shown and stays in the queue', async (stage) => {
    await stage.publish(
      'a',
      'b',
      { id: 'high', priority: 9 },
      { id: 'low', priority: 0 },
      { id: 'big', priority: 1, body: 'x'.repeat(20_000) },
    );
    await stage.publish({ id: 'later', priority: 8, due: { delay: HOUR } }, { id: 'elsewhere', queue: 'other', priority: 7 });
    const heads = await stage.inspector.heads(QUEUE);
    assert.deepEqual(heads.map(({ id }) => id), ['high', 'a', 'big', 'low']); // prettier-ignore
    assert.deepEqual(heads.map(({ body }) => body), ['body of high', 'body of a', 'x'.repeat(20_000), 'body of low']); // prettier-ignore
    assert.deepEqual(await stage.inspector.heads('nowhere'), []);
    assert.deepEqual(await (await stage.consumer()).takeIds(), ['high', 'a', 'b', 'big', 'low']);
  });

  test('the head is also shown for messages of one batch', async (stage) => {
    const firsts = async () => (await stage.inspector.heads(QUEUE)).map(({ id, body }) => [id, body]);
    const [first, ...others] = numbered(40);
    await stage.publish(first!, ...others);
    await stage.publish('single');
    assert.deepEqual(await firsts(), [[first, `body of ${first}`]]);
    await (await stage.consumer()).takeIds(40);
    await stage.publish(...numbered(40).map((id) => `more ${id}`));
    assert.deepEqual(await firsts(), [['single', 'body of single']]);
  });

  test('rule 4: thousands of ids are located at once', async (stage) => {
    const ids = numbered(1_200);
    await stage.publish(...ids);
    assert.ok((await stage.inspector.locate(ids)).every((found) => found?.place === 'ready'));
    assert.deepEqual(await stage.inspector.locate([]), []);
  });
}

function purging(test: StagedTest): void {
  test('purging removes waiting messages and keeps leased, suspect and dead ones', async (stage) => {
    await oneOfEach(stage);
    assert.equal(await stage.inspector.purge(QUEUE), 3);
    assert.deepEqual(await stage.inspector.counts(QUEUE), { ...EMPTY, leased: 1, suspects: 1, dead: 1 });
    assert.deepEqual(await stage.inspector.locate(['ready', 'delayed', 'limited']), [null, null, null]);
    assert.deepEqual(await stage.inspector.counts('other'), { ...EMPTY, leased: 1 });
  });

  test('rule 1: a purged id can be sent again, traced or not', async (stage) => {
    await stage.publish('a', { id: 'b', due: { delay: 1_000 }, traced: true });
    await stage.inspector.purge(QUEUE);
    await stage.assertNothingLeft();
    assert.deepEqual(
      (await stage.publish('a', { id: 'b', traced: true })).map(({ deduplicated }) => deduplicated),
      [false, false],
    );
    assert.deepEqual(await (await stage.consumer()).takeIds(), ['a', 'b']);
  });

  test('purging thousands of messages of every priority leaves nothing', async (stage) => {
    await stage.publish(...numbered(1_200).map((id, index) => ({ id, priority: index % 10 })));
    assert.equal(await stage.inspector.purge(QUEUE), 1_200);
    assert.equal(await stage.inspector.purge(QUEUE), 0);
    await stage.assertNothingLeft();
  });
}
