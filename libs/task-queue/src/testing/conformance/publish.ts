import assert from 'node:assert/strict';
import type { Delivery } from '../../core/ports/broker/consumer.js';
import type { Location } from '../../core/ports/control/inspector.js';
import { ack, as, deadLetter, release, type HandConsumer } from './hand-consumer.js';
import { numbered, publication, QUEUE, type Stage, type StagedTest } from './stage.js';

const HOUR = 3_600_000;

/** Brings a message with this id to each place. */
const WAYS: Readonly<Record<Location['place'], (stage: Stage, id: string) => Promise<unknown>>> = {
  ready: (stage, id) => stage.publish(id),
  delayed: (stage, id) => stage.publish({ id, due: { delay: HOUR } }),
  limited: (stage, id) => stage.publish({ id, limit: { key: 'task', intervalMs: HOUR } }),
  leased: async (stage, id) => {
    await stage.publish(id);
    await (await stage.consumer()).take();
  },
  suspects: async (stage, id) => {
    const busy = await stage.sweeper({ queues: ['other', QUEUE], lease: HOUR });
    await stage.publish({ id: 'busy', queue: 'other' });
    await busy.takeOne();
    await stage.publish(id);
    await stage.crash(2);
    await busy.take(); // sweeps, but takes no suspect, because it already holds a delivery
  },
  dead: async (stage, id) => {
    await stage.publish(id);
    const worker = await stage.consumer();
    await worker.settle(as(await worker.takeOne(), deadLetter()));
  },
};

export function describePublish(test: StagedTest): void {
  identity(test);
  traces(test);
  batches(test);
  opaque(test);
}

function identity(test: StagedTest): void {
  for (const place of Object.keys(WAYS) as Location['place'][]) {
    test(`rule 1: an id that is ${place} is not accepted again, and the first message stays unchanged`, async (stage) => {
      await WAYS[place](stage, 'a');
      assert.equal(await stage.placeOf('a'), place);
      const before = await stage.inspector.counts(QUEUE);
      assert.deepEqual(await stage.publish({ id: 'a', body: 'another' }), [{ id: 'a', deduplicated: true }]);
      assert.deepEqual(await stage.inspector.counts(QUEUE), before);
      const { drained } = await drainAll(stage);
      assert.ok(drained.every(({ body }) => body !== 'another'));
    });
  }

  test('rule 1: of two messages with one id in a batch the first is kept', async (stage) => {
    const receipts = await stage.publish({ id: 'a', body: 'first' }, { id: 'a', body: 'second' });
    assert.deepEqual(
      receipts.map(({ deduplicated }) => deduplicated),
      [false, true],
    );
    const { drained } = await drainAll(stage);
    assert.deepEqual(
      drained.map(({ body }) => body),
      ['first'],
    );
  });

  test('rule 1: an id is in exactly one place until it ends, and can be sent again afterwards', async (stage) => {
    const seen: string[] = [];
    const look = async (): Promise<void> => {
      const held = Object.entries(await stage.inspector.counts(QUEUE)).flatMap(([place, count]) => Array<string>(count).fill(place));
      assert.deepEqual(held, [await stage.placeOf('a')]);
      seen.push(...held);
    };
    const worker = await stage.consumer();
    await stage.publish({ id: 'a', due: { delay: 1_000 } });
    await look();
    stage.shiftTime(1_001);
    const first = await worker.takeOne();
    await look();
    await worker.settle(as(first, release()));
    await look();
    const second = await worker.takeOne();
    await look();
    await worker.settle(as(second, ack()));
    assert.deepEqual(seen, ['delayed', 'leased', 'ready', 'leased']);
    await stage.assertNothingLeft();
    assert.deepEqual(await stage.publish('a'), [{ id: 'a', deduplicated: false }]);
  });
}

function traces(test: StagedTest): void {
  test('rule 3: a finished id is refused while its trace is kept, counted from its end', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish({ id: 'a', traced: true });
    stage.shiftTime(50_000);
    await worker.settle(as(await worker.takeOne(), ack(true)));
    stage.shiftTime(59_000);
    assert.deepEqual(await stage.publish({ id: 'a', traced: true }), [{ id: 'a', deduplicated: true }]);
    assert.deepEqual(await worker.takeIds(), []);
    stage.shiftTime(1_001);
    assert.deepEqual(await stage.publish({ id: 'a', traced: true }), [{ id: 'a', deduplicated: false }]);
  });

  test('rule 3: a dead letter leaves its trace too', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish({ id: 'a', traced: true });
    await worker.settle(as(await worker.takeOne(), deadLetter(true)));
    assert.deepEqual(await stage.publish({ id: 'a', traced: true }), [{ id: 'a', deduplicated: true }]);
  });

  test('rule 3: the trace is written at publish, so that it does not depend on how the task ends', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish({ id: 'a', traced: true });
    await worker.settle(as(await worker.takeOne(), ack()));
    assert.deepEqual(await stage.publish({ id: 'a', traced: true }), [{ id: 'a', deduplicated: true }]);
    assert.deepEqual(await worker.takeIds(), []);
  });

  test('rule 3: an id without a trace can be sent again as soon as it has finished', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish('a');
    await worker.ack(await worker.takeOne());
    assert.deepEqual(await stage.publish({ id: 'a', traced: true }), [{ id: 'a', deduplicated: false }]);
  });

  test('rule 14: after an early acknowledgement a retry is sent under the same id, traced or not', async (stage) => {
    const worker = await stage.consumer();
    await stage.publish({ id: 'a', traced: true });
    await worker.settle(as(await worker.takeOne(), ack(true)));
    assert.deepEqual(await stage.publish({ id: 'a', body: 'retried', traced: false }), [{ id: 'a', deduplicated: false }]);
    assert.equal((await worker.takeOne()).body, 'retried');
  });
}

function batches(test: StagedTest): void {
  test("rule 4: a batch larger than a script's limit arrives complete and in order, with a receipt for each message", async (stage) => {
    const ids = numbered(1_200);
    const receipts = await stage.publish(...ids);
    assert.deepEqual(
      receipts,
      ids.map((id) => ({ id, deduplicated: false })),
    );
    const worker = await stage.consumer();
    const { drained } = await drainAll(stage, worker);
    assert.deepEqual(
      drained.map(({ id }) => id),
      ids,
    );
    await stage.assertNothingLeft();
  });

  test('rule 4: a known id in a large batch does not hold back the others', async (stage) => {
    await stage.publish('n00700');
    const receipts = await stage.publish(...numbered(1_200));
    assert.deepEqual(
      receipts.filter(({ deduplicated }) => deduplicated),
      [{ id: 'n00700', deduplicated: true }],
    );
    assert.equal((await drainAll(stage)).drained.length, 1_200);
  });

  test('rule 4: a batch that is refused for one invalid publication writes nothing', async (stage) => {
    await assert.rejects(stage.publish('a', { id: 'b', priority: 12 }, 'c'));
    await stage.assertNothingLeft();
    assert.deepEqual(
      await stage.publish('a', 'c'),
      ['a', 'c'].map((id) => ({ id, deduplicated: false })),
    );
  });

  test('concurrent calls each get their own receipts', async (stage) => {
    const [first, second, third] = await Promise.all([stage.publish('a', 'b'), stage.publish('b'), stage.publish('c')]);
    assert.deepEqual(
      first.map(({ id }) => id),
      ['a', 'b'],
    );
    assert.deepEqual([...first, ...second].filter(({ deduplicated }) => deduplicated).length, 1);
    assert.deepEqual(third, [{ id: 'c', deduplicated: false }]);
  });

  test('publishing an empty batch is not an error', async (stage) => {
    assert.deepEqual(await stage.publish(), []);
  });
}

function opaque(test: StagedTest): void {
  const BODIES = {
    empty: '',
    'not JSON': '{"open',
    'a NUL': '"\u0000"',
    'not ASCII': 'Chào 👋 \u2028',
    'one megabyte': 'x'.repeat(1_000_000),
  };
  for (const [what, body] of Object.entries(BODIES)) {
    test(`a body that is ${what} arrives unchanged`, async (stage) => {
      await stage.publish({ id: 'a', body });
      assert.equal((await (await stage.consumer()).takeOne()).body === body, true);
    });
  }

  const NAMES = ['with:colons', '{braces}', 'two words\n', 'hàng đợi 👋', '*', '__proto__', '%s', '0'];
  for (const name of NAMES) {
    test(`an id and a queue named ${JSON.stringify(name)} work end to end`, async (stage) => {
      await stage.publish(publication({ id: name, queue: name }), { id: `${name}2`, queue: name, due: { delay: 1_000 } });
      stage.shiftTime(1_001);
      const worker = await stage.consumer({ queues: [name] });
      const deliveries = await worker.take();
      assert.deepEqual(deliveries.map(({ id, queue }) => [id, queue]), [[name, name], [`${name}2`, name]]); // prettier-ignore
      assert.deepEqual(await stage.inspector.locate([name]), [{ queue: name, place: 'leased' }]);
      assert.deepEqual(await worker.ack(...deliveries), [true, true]);
      await stage.assertNothingLeft();
    });
  }
}

async function drainAll(stage: Stage, worker?: HandConsumer): Promise<{ drained: Delivery[] }> {
  return { drained: await (worker ?? (await stage.consumer())).drain() };
}
