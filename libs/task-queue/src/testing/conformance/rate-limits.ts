import assert from 'node:assert/strict';
import type { RateLimit } from '../../core/ports/broker/rate-limit.js';
import { as, deadLetter, LEASE, release, retry } from './hand-consumer.js';
import { numbered, QUEUE, type PublicationInput, type Stage, type StagedTest } from './stage.js';

export const MINUTE = 60_000;
const HOUR = 3_600_000;
/** ms; a receive with this deadline must be ended by a wake-up. */
const LONG_WAIT = 60_000;

/** A publication with a rate limit of one per minute. */
export function limited(id: string, more: Partial<PublicationInput> = {}, how: Partial<RateLimit> = {}): PublicationInput {
  return { id, limit: { key: 'task', intervalMs: MINUTE, ...how }, ...more };
}

export function describeRateLimits(test: StagedTest): void {
  slots(test);
  others(test);
  unslotted(test);
  again(test);
  rates(test);
  waking(test);
}

function slots(test: StagedTest): void {
  test('rule 18: the first message goes at once, then one goes at each slot, in order', async (stage) => {
    await stage.publish(...['a', 'b', 'c'].map((id) => limited(id)));
    const worker = await stage.consumer();
    assert.deepEqual(await worker.drainOnce(), ['a']);
    assert.deepEqual(await worker.drainOnce(), []);
    for (const id of ['b', 'c']) {
      stage.shiftTime(MINUTE / 2);
      assert.deepEqual(await worker.drainOnce(), []);
      stage.shiftTime(MINUTE / 2);
      assert.deepEqual(await worker.drainOnce(), [id]);
    }
    await stage.assertNothingLeft();
  });

  test('rule 18: unused slots are not accumulated', async (stage) => {
    await stage.publish(...['a', 'b', 'c'].map((id) => limited(id)));
    const worker = await stage.consumer();
    await worker.drainOnce();
    stage.shiftTime(HOUR);
    assert.deepEqual(await worker.drainOnce(), ['b']);
    assert.deepEqual(await worker.drainOnce(), []);
  });

  test('rule 18: all queues and processes of a store share the slots of a key', async (stage) => {
    const other = await stage.consumer({ queues: ['other'], on: await stage.another() });
    await stage.publish(limited('a'), limited('b', { queue: 'other' }));
    assert.deepEqual(await (await stage.consumer()).takeIds(), ['a']);
    assert.deepEqual(await other.takeIds(), []);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await other.takeIds(), ['b']);
  });

  test('rule 18: a slot goes to the highest priority, first in, first out within it', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish(limited('first'), limited('low', { priority: 1 }), limited('b'), limited('high', { priority: 9 }), limited('c'));
    const order: string[] = [];
    for (let slot = 0; slot < 5; slot++) {
      order.push(...(await worker.drainOnce()));
      stage.shiftTime(MINUTE);
    }
    assert.deepEqual(order, ['high', 'first', 'b', 'c', 'low']);
  });

  test('rule 18: a late receive takes all messages that a short interval has let through', async (stage) => {
    await stage.publish(...numbered(20).map((id) => limited(id, {}, { intervalMs: 0.25 })));
    assert.deepEqual((await (await stage.consumer({ maxWait: 500 })).drain()).map(({ id }) => id), numbered(20).slice(0, 20)); // prettier-ignore
  });

  for (const key of ['with:colons', '{braces}|e,1', 'two\nlines', 'hàng 👋', '12:', ' ']) {
    test(`rule 18: a task named ${JSON.stringify(key)} is limited`, async (stage) => {
      const unique = { key, expires: null, until: 'end', onConflict: 'reject' } as const;
      await stage.publish(limited(key, { traced: true, unique }, { key }), limited('b', { due: { delay: 1_000 } }, { key }));
      const worker = await stage.consumer();
      assert.deepEqual(await worker.drainOnce(), [key]);
      stage.shiftTime(1_001);
      assert.deepEqual(await worker.drainOnce(), []);
      assert.equal(await stage.placeOf('b'), 'limited');
      stage.shiftTime(MINUTE);
      assert.deepEqual(await worker.drainOnce(), ['b']);
      await stage.assertNothingLeft();
    });
  }

  test('rule 4: an invalid rate limit is refused before anything is written', async (stage) => {
    for (const bad of [{ key: '' }, { intervalMs: -1 }, { intervalMs: NaN }, { expires: NaN }]) {
      await assert.rejects(stage.publish('a', limited('b', {}, bad)), { code: 'INVALID_OPTION' });
    }
    await assert.rejects(stage.broker.setRate('task', -1), { code: 'INVALID_OPTION' });
    assert.equal(await stage.placeOf('a'), null);
  });
}

function others(test: StagedTest): void {
  test("rule 18: limited messages delay neither other messages nor other keys, and do not count towards a receive's limit", async (stage) => {
    const many = numbered(200).map((id) => limited(id, { priority: 9 }));
    await stage.publish(...many, 'plain', limited('other', { priority: 1 }, { key: 'other' }));
    assert.deepEqual(await (await stage.consumer()).takeIds(3), ['n00000', 'plain', 'other']);
    assert.deepEqual(await stage.inspector.counts(QUEUE), { ready: 0, delayed: 0, limited: 199, leased: 3, suspects: 0, dead: 0 });
  });

  test('rule 18: a free slot does not outrank a ready message of higher priority', async (stage) => {
    await stage.publish(limited('limited', { priority: 5 }), { id: 'high', priority: 6 }, { id: 'low', priority: 4 });
    const worker = await stage.consumer();
    assert.deepEqual([await worker.takeIds(1), await worker.takeIds()], [['high'], ['limited', 'low']]);
  });

  test('rule 18: a paused queue uses no slot', async (stage) => {
    await stage.publish(limited('a'), limited('b', { queue: 'other' }));
    await stage.inspector.pause(QUEUE);
    assert.deepEqual(await (await stage.consumer()).takeIds(), []);
    assert.deepEqual(await (await stage.consumer({ queues: ['other'] })).takeIds(), ['b']);
  });
}

function unslotted(test: StagedTest): void {
  test('rule 18: no message owns a slot: when all others are revoked, the last one does not wait for their slots', async (stage) => {
    const ids = numbered(1_200);
    const worker = await stage.consumer();
    await stage.publish(limited('first'), ...ids.map((id) => limited(id)));
    await worker.drainOnce();
    await stage.broker.revoke(ids.slice(0, -1), { terminate: false });
    const revoked = await worker.drain(500);
    assert.deepEqual([revoked.length, revoked.every((one) => one.revoked)], [1_199, true]);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.drainOnce(), ['n01199']);
    await stage.assertNothingLeft();
  });

  test('rule 18: a message that was revoked before it was sent neither uses a slot nor waits for one', async (stage) => {
    await stage.broker.revoke(['a', 'late'], { terminate: false });
    await stage.publish(limited('first'), limited('a'), limited('late', { due: { delay: 1_000 } }), limited('b'));
    const worker = await stage.consumer();
    stage.shiftTime(1_001);
    assert.deepEqual((await worker.drain()).map(({ id, revoked }) => `${id} ${revoked}`).sort(), ['a true', 'first false', 'late true']); // prettier-ignore
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.drainOnce(), ['b']);
  });

  test('rule 18: expired messages are handed out without a slot, so that a worker can end them', async (stage) => {
    const soon = Date.now() + 30_000;
    await stage.publish(limited('first'), ...numbered(30).map((id) => limited(id, {}, { expires: soon })), limited('last'));
    const worker = await stage.consumer();
    await worker.drainOnce();
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.drainOnce(), [...numbered(30), 'last']);
  });
}

function again(test: StagedTest): void {
  test('rule 18: a retry waits for its delay, then for a slot of its own', async (stage) => {
    await stage.publish(limited('a'));
    const worker = await stage.consumer();
    await worker.settle(as(await worker.takeOne(), retry('again')));
    assert.equal(await stage.placeOf('a'), 'limited');
    assert.deepEqual(await worker.takeIds(), []);
    stage.shiftTime(MINUTE);
    const second = await worker.takeOne();
    assert.equal(second.body, 'again');
    await worker.settle(as(second, retry('late', 2 * MINUTE)));
    assert.equal(await stage.placeOf('a'), 'delayed');
    stage.shiftTime(2 * MINUTE);
    await worker.ack(await worker.takeOne());
    await stage.assertNothingLeft();
  });

  test('rule 18: a released message comes first in its priority at the next slot', async (stage) => {
    await stage.publish(limited('a'), limited('b'));
    const worker = await stage.consumer();
    await worker.settle(as(await worker.takeOne(), release()));
    assert.deepEqual(await worker.takeIds(), []);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.takeIds(), ['a']);
  });

  test('rule 18: a message with a lost lease waits for a slot; a suspect is handed out alone, as without a limit', async (stage) => {
    await stage.publish(limited('a', {}, { intervalMs: HOUR }));
    await stage.crash();
    const sweeper = await stage.sweeper();
    assert.deepEqual(await sweeper.takeIds(), []);
    assert.equal(await stage.placeOf('a'), 'limited');
    stage.shiftTime(HOUR);
    await sweeper.takeOne();
    stage.shiftTime(LEASE + 1);
    assert.equal((await (await stage.sweeper()).takeOne()).lostLeases, 2);
  });

  test('rule 18: a redriven dead letter waits for a slot', async (stage) => {
    await stage.publish(limited('a'));
    const worker = await stage.consumer();
    await worker.settle(as(await worker.takeOne(), deadLetter()));
    assert.deepEqual(await stage.inspector.redrive(QUEUE, [{ id: 'a', priority: 5 }]), [true]);
    assert.deepEqual(await worker.takeIds(), []);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.drainOnce(), ['a']);
    await stage.assertNothingLeft();
  });

  test('rule 18: follow-ups of a settlement are limited too', async (stage) => {
    await stage.publish('parent');
    const worker = await stage.consumer();
    const publish = ['a', 'b'].map((id) => ({ queue: QUEUE, body: id, priority: 5, traced: false, ...limited(id) }));
    await worker.settle(as(await worker.takeOne(), release(HOUR), { publish }));
    assert.deepEqual([await worker.takeIds(), await stage.placeOf('b')], [['a'], 'limited']);
  });
}

function rates(test: StagedTest): void {
  test('rule 18: a new rate, higher or lower, takes effect at once for waiting messages', async (stage) => {
    await stage.publish(...['a', 'b', 'c', 'd'].map((id) => limited(id)));
    const worker = await stage.consumer();
    await worker.drainOnce();
    await stage.broker.setRate('task', 1_000);
    stage.shiftTime(1_001);
    assert.deepEqual(await worker.drainOnce(), ['b']);
    await stage.broker.setRate('task', HOUR);
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.drainOnce(), []);
    await stage.broker.setRate('task', null);
    assert.deepEqual(await worker.drainOnce(), ['c']);
    await stage.broker.setRate('task', 0);
    assert.deepEqual(await worker.drainOnce(), ['d']);
  });

  test('rule 18: a rate set at run time overrides the rate of publications, in every process', async (stage) => {
    await (await stage.another()).broker.setRate('task', HOUR);
    await stage.publish(limited('a'), limited('b'));
    const worker = await stage.consumer();
    await worker.drainOnce();
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.drainOnce(), []);
  });

  test('rule 18: the last published rate applies to all waiting messages', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish(limited('a', {}, { intervalMs: HOUR }), limited('b', {}, { intervalMs: HOUR }));
    await worker.drainOnce();
    await stage.publish(limited('c', {}, { intervalMs: MINUTE }));
    stage.shiftTime(MINUTE);
    assert.deepEqual(await worker.drainOnce(), ['b']);
  });
}

function waking(test: StagedTest): void {
  const first = async (stage: Stage, intervalMs: number): Promise<void> => {
    await stage.publish(limited('first', {}, { intervalMs }));
    await (await stage.consumer()).drainOnce();
  };

  test('rule 18: a waiting receive wakes up for the next slot', async (stage) => {
    await first(stage, 60);
    await stage.publish(limited('a', {}, { intervalMs: 60 }));
    assert.deepEqual(await (await stage.consumer({ maxWait: LONG_WAIT })).takeIds(), ['a']);
  });

  test('rule 18: a waiting receive wakes up for a new limited message', async (stage) => {
    await first(stage, 60);
    const waiting = (await stage.consumer({ maxWait: LONG_WAIT })).takeIds();
    await stage.publish(limited('a', {}, { intervalMs: 60 }));
    assert.deepEqual(await waiting, ['a']);
  });

  test('rule 18: a waiting receive wakes up for a new rate', async (stage) => {
    await first(stage, HOUR);
    await stage.publish(limited('a', {}, { intervalMs: HOUR }));
    const waiting = (await stage.consumer({ maxWait: LONG_WAIT })).takeIds();
    await stage.broker.setRate('task', 0);
    assert.deepEqual(await waiting, ['a']);
  });
}
