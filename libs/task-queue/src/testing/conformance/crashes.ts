import assert from 'node:assert/strict';
import { ack, as, LEASE, release, retry } from './hand-consumer.js';
import { numbered, QUEUE, type Stage, type StagedTest } from './stage.js';

const HOUR = 3_600_000;

export function describeCrashes(test: StagedTest): void {
  counting(test);
  isolation(test);
}

function counting(test: StagedTest): void {
  test('rule 9: a lost lease is counted, and another consumer gets the message', async (stage) => {
    await stage.publish({ id: 'a', priority: 8 });
    await stage.crash();
    const [{ id, body, priority, lostLeases }] = await (await stage.sweeper()).take();
    assert.deepEqual({ id, body, priority, lostLeases }, { id: 'a', body: 'body of a', priority: 8, lostLeases: 1 });
  });

  test('rule 9: a lease that was settled in time is not counted', async (stage) => {
    await stage.publish('a', 'b');
    const worker = await stage.consumer();
    const [a, b] = await worker.take();
    await worker.settle(as(a, release()), as(b, retry()));
    stage.shiftTime(LEASE + 1);
    const again = await (await stage.sweeper()).take();
    assert.deepEqual(again.map(({ id, lostLeases }) => `${id} ${lostLeases}`).sort(), ['a 0', 'b 0']);
  });

  test('rule 9: 1,200 messages whose leases are lost at once all come back', async (stage) => {
    await stage.publish(...numbered(1_200));
    const victim = await stage.consumer();
    for (let taken = 0; taken < 1_200;) taken += (await victim.take(500)).length;
    await victim.consumer.close();
    stage.shiftTime(LEASE + 1);
    const drained = await (await stage.sweeper()).drain(500);
    assert.deepEqual(drained.map(({ id }) => id).sort(), numbered(1_200));
    assert.ok(drained.every(({ lostLeases }) => lostLeases === 1));
    await stage.assertNothingLeft();
  });

  test('rule 10: the sweep never ends a task; it hands it out with its count, however high', async (stage) => {
    await stage.publish('a');
    await stage.crash(7);
    const worker = await stage.sweeper();
    const delivery = await worker.takeOne();
    assert.equal(delivery.lostLeases, 7);
    assert.deepEqual(await worker.settle(as(delivery, ack())), [true]);
    await stage.assertNothingLeft();
  });

  test('rule 10: a message that was revoked while its worker died is handed out with both facts', async (stage) => {
    await stage.publish('a');
    await stage.crash(5);
    await stage.broker.revoke(['a'], { terminate: false });
    const { lostLeases, revoked } = await (await stage.sweeper()).takeOne();
    assert.deepEqual({ lostLeases, revoked }, { lostLeases: 5, revoked: true });
  });
}

function isolation(test: StagedTest): void {
  test('rule 9: after two lost leases a message is handed out alone', async (stage) => {
    await stage.publish('a', 'b');
    await stage.crash(2);
    await stage.publish('c', 'd');
    const worker = await stage.sweeper();
    const batches: string[][] = [];
    for (let batch = await worker.take(); batch.length > 0; batch = await worker.take()) {
      batches.push(batch.map(({ id }) => id));
      await worker.ack(...batch);
    }
    assert.deepEqual(batches.map((batch) => batch.join()).sort(), ['a', 'b', 'c,d']);
    await stage.assertNothingLeft();
  });

  test('rule 9: a suspect waits until its consumer holds nothing, whatever other consumers hold', async (stage) => {
    await stage.publish({ id: 'calm', queue: 'other' });
    const busy = await stage.consumer({ queues: ['other', QUEUE], lease: HOUR });
    await busy.takeOne();
    await suspect(stage, 'a');
    assert.deepEqual(await busy.takeIds(), []);
    assert.deepEqual(await (await stage.consumer()).takeIds(), ['a']);
  });

  test('rule 9: a consumer that holds a suspect gets nothing else', async (stage) => {
    await suspect(stage, 'a');
    const worker = await stage.sweeper();
    const held = await worker.takeOne();
    assert.equal(held.lostLeases, 2);
    await stage.publish('b');
    assert.deepEqual(await worker.takeIds(), []);
    await worker.ack(held);
    assert.deepEqual(await worker.takeIds(), ['b']);
  });

  test("rule 9: a waiting receive gets the suspect as soon as the consumer's other deliveries are settled", async (stage) => {
    await stage.publish({ id: 'calm', queue: 'other' });
    const worker = await stage.consumer({ queues: ['other', QUEUE], lease: HOUR, maxWait: HOUR });
    const calm = await worker.takeOne();
    await suspect(stage, 'a');
    const waiting = worker.takeIds();
    await worker.ack(calm);
    assert.deepEqual(await waiting, ['a']);
  });

  test('rule 9: a suspect gets its turn even though its consumer is never idle', async (stage) => {
    await stage.publish({ id: 'n', queue: 'other' });
    const worker = await stage.sweeper({ queues: ['other', QUEUE], lease: HOUR });
    let held = await worker.take(1);
    await suspect(stage, 'a');
    for (let round = 0; round < 20 && held[0].id !== 'a'; round++) {
      await stage.publish({ id: `n${round}`, queue: 'other' }, { id: `m${round}`, queue: 'other' });
      const more = await worker.take(1);
      await worker.ack(...held);
      held = more.length > 0 ? more : await worker.take(1);
    }
    assert.equal(held[0].id, 'a');
  });

  test('rule 9: ordinary work gets its turn even though many suspects wait', async (stage) => {
    await stage.publish('a', 'b', 'c', 'd');
    await stage.crash(2);
    await stage.publish({ id: 'calm', queue: 'other' });
    const worker = await stage.sweeper({ queues: [QUEUE, 'other'] });
    const firstTwo = [...(await worker.drainOnce()), ...(await worker.drainOnce())];
    assert.ok(firstTwo.includes('calm'), firstTwo.join());
  });

  test('rule 9: a delayed message with two lost leases is also handed out alone when it becomes due', async (stage) => {
    await suspect(stage, 'a');
    const worker = await stage.sweeper();
    await worker.settle(as(await worker.takeOne(), release(1_000)));
    assert.equal(await stage.placeOf('a'), 'delayed');
    await stage.publish('b');
    stage.shiftTime(1_001);
    const batch = await worker.takeIds();
    await worker.consumer.close();
    assert.equal(batch.length, 1);
  });

  test('rule 9: only the poison task is charged, and its hundred neighbours complete', async (stage) => {
    const ids = numbered(100);
    await stage.publish(...ids);
    const poison = ids[40];
    let worst = 0;
    let last = 0;
    let worker = await stage.consumer();
    for (let round = 0; last < 5; round++) {
      const batch = await worker.take();
      assert.ok(batch.length > 0 && round < 200);
      const dies = batch.find(({ id }) => id === poison);
      if (dies) {
        last = dies.lostLeases;
        await worker.consumer.close();
        stage.shiftTime(LEASE + 1);
        worker = await stage.sweeper();
      } else {
        worst = Math.max(worst, ...batch.map(({ lostLeases }) => lostLeases));
        await worker.ack(...batch);
      }
    }
    const rest = await worker.drain();
    assert.equal(last, 5);
    assert.equal(Math.max(worst, ...rest.filter(({ id }) => id !== poison).map(({ lostLeases }) => lostLeases)), 2);
  });
}

/** A suspect: a message that has lost two leases. */
async function suspect(stage: Stage, id: string): Promise<void> {
  await stage.publish(id);
  await stage.crash(2);
}
