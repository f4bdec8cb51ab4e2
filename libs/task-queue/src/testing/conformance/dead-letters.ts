import assert from 'node:assert/strict';
import type { DeadLetter, DeadLetterPaging } from '../../core/ports/control/inspector.js';
import type { CompleteTransport } from '../../core/ports/broker/transport.js';
import { ack, as, deadLetter, LEASE } from './hand-consumer.js';
import { numbered, QUEUE, type PublicationInput, type Stage, type StagedTest } from './stage.js';
import { EXISTING, TAKEN, unique } from './unique-keys.js';

/** Tests of an inspector's dead letters. */
export function describeDeadLetters(test: StagedTest): void {
  reading(test);
  paging(test);
  redriving(test);
  redrivingUnique(test);
  purging(test);
  bounding(test);
}

/** Publishes messages and dead-letters them, in this order. */
async function bury(stage: Stage, publications: readonly (string | PublicationInput)[], on?: CompleteTransport): Promise<void> {
  const worker = await stage.consumer(on === undefined ? {} : { on });
  await stage.publish(...publications);
  for (let batch = await worker.take(); batch.length > 0; batch = await worker.take()) {
    for (const one of batch) await worker.settle(as(one, deadLetter(true)));
  }
  await worker.consumer.close();
}

async function idsOf(stage: Stage, options: DeadLetterPaging): Promise<string[]> {
  return (await stage.inspector.deadLetters(QUEUE, options)).letters.map(({ id }) => id);
}

/** All letters, read page by page. */
async function walk(stage: Stage, limit: number, seen: (page: readonly DeadLetter[]) => Promise<void>): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const { letters, next } = await stage.inspector.deadLetters(QUEUE, { limit, ...(cursor === undefined ? {} : { cursor }) });
    ids.push(...letters.map(({ id }) => id));
    await seen(letters);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return ids;
}

function reading(test: StagedTest): void {
  test('dead letters are listed newest first, up to the limit', async (stage) => {
    for (const id of ['a', 'b', 'c']) {
      await bury(stage, [id]);
      stage.shiftTime(LEASE);
    }
    const { letters, next } = await stage.inspector.deadLetters(QUEUE, { limit: 2 });
    assert.deepEqual(letters.map(({ id, reason, body }) => [id, reason, body]), [['c', 'worker_lost', 'body of c'], ['b', 'worker_lost', 'body of b']]); // prettier-ignore
    assert.ok(letters[0].at > letters[1].at);
    assert.notEqual(next, null);
    assert.equal((await stage.inspector.deadLetters(QUEUE, { limit: 10 })).letters.length, 3);
    assert.deepEqual(await stage.inspector.deadLetters('nowhere', { limit: 10 }), { letters: [], next: null });
  });

  test('a dead letter keeps the history of its attempts', async (stage) => {
    const worker = await stage.consumer();
    const attempts = [
      { at: 1, worker: 'w1', retries: 0, error: { type: 'SmtpError', message: 'no “relay”' } },
      { at: 2, worker: 'w2', retries: 1 },
    ];
    await stage.publish('a');
    await worker.settle(as(await worker.takeOne(), { kind: 'deadLetter', reason: 'failed', detail: 'd', attempts, traced: false }));
    const [letter] = await stage.inspector.findDeadLetters(QUEUE, ['a']);
    assert.deepEqual(letter?.attempts, attempts);
  });

  test('only dead letters are found by id', async (stage) => {
    await bury(stage, ['a', 'b']);
    await stage.publish('ready');
    const found = await stage.inspector.findDeadLetters(QUEUE, ['b', 'ready', 'nobody', 'a']);
    assert.deepEqual(found.map((one) => one?.id ?? null), ['b', null, null, 'a']); // prettier-ignore
    assert.deepEqual(await stage.inspector.findDeadLetters('other', ['a']), [null]);
    assert.deepEqual(await stage.inspector.findDeadLetters(QUEUE, []), []);
  });
}

function paging(test: StagedTest): void {
  test('pages have no gap and no duplicate, even among letters of the same instant', async (stage) => {
    const ids = numbered(25);
    await bury(stage, ids);
    assert.deepEqual((await walk(stage, 10, async () => {})).sort(), ids);
  });

  test('a letter that arrives during paging is not listed and shifts no other', async (stage) => {
    await bury(stage, ['a', 'b', 'c']);
    stage.shiftTime(LEASE);
    const seen = await walk(stage, 1, async ([letter]) => bury(stage, [`after ${letter.id}`]));
    assert.deepEqual(seen.sort(), ['a', 'b', 'c']);
  });

  test('paging continues when letters are removed between pages', async (stage) => {
    const ids = numbered(25);
    await bury(stage, ids);
    const seen = await walk(stage, 4, async (page) => {
      await stage.inspector.purgeDeadLetters(QUEUE, page.filter((_, at) => at !== 1).map(({ id }) => id)); // prettier-ignore
    });
    assert.deepEqual(seen.sort(), ids);
  });
}

function redriving(test: StagedTest): void {
  test('rule 13: a redriven message starts over: its old result is removed and its trace does not block it', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish({ id: 'a', traced: true });
    const record = { id: 'a', state: 'FAILURE', retries: 3, at: 1 };
    await worker.settle(as(await worker.takeOne(), deadLetter(true), { result: { record, expires: 60_000 } }));
    assert.deepEqual(await stage.inspector.redrive(QUEUE, [{ id: 'a', body: 'again', priority: 5 }]), [true]);
    assert.deepEqual(await stage.results.load(['a']), [null]);
    const again = await worker.takeOne();
    assert.deepEqual([again.id, again.body, again.lostLeases, again.revoked], ['a', 'again', 0, false]);
    const success = { id: 'a', state: 'SUCCESS', retries: 0, at: 2 };
    assert.deepEqual(await worker.settle(as(again, ack(true), { result: { record: success, expires: 60_000 } })), [true]);
    assert.equal((await stage.results.load(['a']))[0]?.state, 'SUCCESS');
    assert.deepEqual((await stage.publish({ id: 'a', traced: true }))[0].deduplicated, true);
    await stage.assertNothingLeft();
  });

  test('a redriven message keeps its body and priority, and wakes a waiting consumer', async (stage) => {
    await bury(stage, ['low', 'high']);
    const worker = await stage.consumer({ maxWait: 60_000 });
    const waiting = worker.takeIds();
    const letters = [{ id: 'low', priority: 0 }, { id: 'high', priority: 9 }]; // prettier-ignore
    assert.deepEqual(await stage.inspector.redrive(QUEUE, letters), [true, true]);
    assert.deepEqual(await waiting, ['high', 'low']);
  });

  test('redriving an id that is not a dead letter changes nothing', async (stage) => {
    await bury(stage, ['a', 'a2']);
    await stage.publish('ready');
    const letters = ['a', 'ready', 'nobody', 'a'].map((id) => ({ id, body: 'changed', priority: 5 }));
    assert.deepEqual(await stage.inspector.redrive(QUEUE, letters), [true, false, false, false]);
    assert.deepEqual(await stage.inspector.redrive('other', [{ id: 'a2', priority: 5 }]), [false]);
    const worker = await stage.consumer();
    const taken = await worker.take();
    assert.deepEqual(taken.map(({ id, body }) => [id, body]), [['ready', 'body of ready'], ['a', 'changed']]); // prettier-ignore
  });

  test('a dead letter that was revoked does not run when it is redriven', async (stage) => {
    await bury(stage, ['a']);
    await stage.broker.revoke(['a'], { terminate: false });
    await stage.inspector.redrive(QUEUE, [{ id: 'a', priority: 5 }]);
    assert.equal((await (await stage.consumer()).takeOne()).revoked, true);
  });

  test('rule 4: thousands of dead letters are redriven at once', async (stage) => {
    const ids = numbered(1_200);
    await bury(stage, ids);
    const done = await stage.inspector.redrive(QUEUE, ids.map((id) => ({ id, priority: 5 }))); // prettier-ignore
    assert.ok(done.length === 1_200 && done.every(Boolean));
    assert.equal((await (await stage.consumer()).drain()).length, 1_200);
    await stage.assertNothingLeft();
  });
}

function redrivingUnique(test: StagedTest): void {
  const redrive = (stage: Stage, ...ids: string[]) => stage.inspector.redrive(QUEUE, ids.map((id) => ({ id, priority: 5 }))); // prettier-ignore

  test('rule 16: a redriven message holds its unique key again until it ends', async (stage) => {
    await bury(stage, [unique('a')]);
    assert.deepEqual(await redrive(stage, 'a'), [true]);
    assert.deepEqual(await stage.publish(unique('b')), [EXISTING('a')]);
    await (await stage.consumer()).drain();
    assert.deepEqual(await stage.publish(unique('c')), [TAKEN('c')]);
    await (await stage.consumer()).drain();
    await stage.assertNothingLeft();
  });

  test('rule 16: a dead letter is not redriven while another message holds its unique key', async (stage) => {
    await bury(stage, [unique('a'), 'plain']);
    await stage.publish(unique('b'));
    assert.deepEqual(await redrive(stage, 'a', 'plain'), [false, true]);
    assert.equal(await stage.placeOf('a'), 'dead');
    await (await stage.consumer()).drain();
    assert.deepEqual(await redrive(stage, 'a'), [true]);
    await (await stage.consumer()).drain();
    await stage.assertNothingLeft();
  });

  test('rule 16: of two dead letters with the same unique key only one is redriven', async (stage) => {
    await bury(stage, [unique('a')]);
    await bury(stage, [unique('b')]);
    assert.deepEqual(await redrive(stage, 'a', 'b'), [true, false]);
    assert.deepEqual(await stage.publish(unique('c')), [EXISTING('a')]);
  });

  test('rule 16: a redriven message whose key has a time to live holds that key again', async (stage) => {
    await bury(stage, [unique('a', { until: 'expiry', expires: 60_000 })]);
    assert.deepEqual(await redrive(stage, 'a'), [true]);
    assert.deepEqual(await stage.publish(unique('b')), [EXISTING('a')]);
    stage.shiftTime(60_001);
    assert.deepEqual(await stage.publish(unique('c')), [TAKEN('c')]);
  });

  test('rule 16: the stored key of a dead letter is removed with the letter', async (stage) => {
    const on = await stage.another({ deadLetterLimit: 1 });
    await bury(stage, [unique('a')], on);
    stage.shiftTime(1);
    await bury(stage, [unique('b')], on);
    assert.deepEqual(await idsOf(stage, { limit: 10 }), ['b']);
    await stage.inspector.purgeDeadLetters(QUEUE);
    await stage.assertNothingLeft();
    assert.deepEqual(await stage.publish(unique('a')), [TAKEN('a')]);
    await (await stage.consumer()).drain();
    await stage.assertNothingLeft();
  });
}

function purging(test: StagedTest): void {
  test('purging removes the named letters, or all, and no waiting message', async (stage) => {
    await bury(stage, ['a', 'b', 'c']);
    await stage.publish('ready');
    assert.equal(await stage.inspector.purgeDeadLetters(QUEUE, ['b', 'ready', 'nobody']), 1);
    assert.deepEqual((await idsOf(stage, { limit: 10 })).sort(), ['a', 'c']);
    assert.equal(await stage.inspector.purgeDeadLetters(QUEUE), 2);
    assert.deepEqual(await stage.inspector.counts(QUEUE), { ready: 1, delayed: 0, limited: 0, leased: 0, suspects: 0, dead: 0 });
    assert.equal(await stage.inspector.purgeDeadLetters(QUEUE, []), 0);
    await (await stage.consumer()).drain();
    await stage.assertNothingLeft();
  });

  test('rule 4: thousands of dead letters are purged', async (stage) => {
    await bury(stage, numbered(1_200));
    assert.equal(await stage.inspector.purgeDeadLetters(QUEUE), 1_200);
    await stage.assertNothingLeft();
  });
}

function bounding(test: StagedTest): void {
  test('beyond the limit, the oldest dead letters are removed with their bodies', async (stage) => {
    const on = await stage.another({ deadLetterLimit: 2 });
    for (const id of ['a', 'b', 'c', 'd']) {
      await bury(stage, [id], on);
      stage.shiftTime(1);
    }
    assert.deepEqual(await idsOf(stage, { limit: 10 }), ['d', 'c']);
    assert.equal(await stage.placeOf('a'), null);
    await stage.inspector.purgeDeadLetters(QUEUE);
    await stage.assertNothingLeft();
  });

  test('a lowered limit takes effect with the next letter', async (stage) => {
    await bury(stage, numbered(30));
    stage.shiftTime(1);
    await bury(stage, ['last'], await stage.another({ deadLetterLimit: 1 }));
    assert.deepEqual(await idsOf(stage, { limit: 10 }), ['last']);
  });
}
