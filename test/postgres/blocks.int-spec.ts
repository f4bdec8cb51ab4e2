import type { Consumer, Delivery } from '../../libs/task-queue/src/core/ports/broker/consumer.js';
import type { Publication } from '../../libs/task-queue/src/core/ports/broker/publication.js';
import { freshDatabase } from '../support/services.js';
import { ack, message, never, Rig } from './support/rig.js';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let rig: Rig;
beforeAll(async () => (database = await freshDatabase()));
afterAll(() => database.drop());
beforeEach(() => (rig = new Rig(database.url)));
afterEach(() => rig.close());

const TIMEOUT = { timeout: 5_000 };

/** Enough that they are kept in blocks: new ones, sent together. */
function many(name: string, count: number, more: Partial<Publication> = {}): Publication[] {
  return Array.from({ length: count }, (_, at) => message(`${name}${String(at).padStart(4, '0')}`, { fresh: true, ...more }));
}

const idsOf = (messages: readonly { readonly id: string }[]) => messages.map(({ id }) => id);

async function drain(consumer: Consumer, room: number): Promise<Delivery[]> {
  const taken: Delivery[] = [];
  for (let some = await consumer.receive(room, never); some.length > 0; some = await consumer.receive(room, never)) {
    expect(some.length).toBeLessThanOrEqual(room);
    taken.push(...some);
    await ack(consumer, some);
  }
  return taken;
}

async function blocks(): Promise<number> {
  const { rows } = await (await rig.client()).query<{ count: number }>(`select count(*)::int as count from ${rig.keyPrefix}.block`);
  return rows[0]!.count;
}

describe('blocks of messages that were sent together', () => {
  it.each([1, 7, 32, 100, 500])('come in order among others, with room for %i', async (room) => {
    const broker = await rig.broker();
    const sent = [many('a', 130), [message('b')], many('c', 16), [message('d', { fresh: true })], many('e', 500), many('f', 7)];
    for (const some of sent) await broker.publish(some, TIMEOUT);
    expect(await blocks()).toBe(5 + 1 + 16);
    const taken = await drain(await rig.consumer(broker), room);
    expect(idsOf(taken)).toEqual(idsOf(sent.flat()));
    expect(taken.map(({ body }) => body)).toEqual(sent.flat().map(({ body }) => body));
  });

  it('fill the room of a receive, small ones too', async () => {
    const broker = await rig.broker();
    for (let at = 0; at < 20; at++) await broker.publish(many(`n${at}-`, 16), TIMEOUT);
    expect((await (await rig.consumer(broker)).receive(300, never)).length).toBeGreaterThan(300 - 16);
  });

  it('come by priority, and queue by queue', async () => {
    const broker = await rig.broker();
    await broker.publish(many('low', 40, { priority: 1 }), TIMEOUT);
    await broker.publish([message('middle', { priority: 5 })], TIMEOUT);
    await broker.publish(many('high', 40, { priority: 9 }), TIMEOUT);
    await broker.publish(many('other', 40, { queue: 'other' }), TIMEOUT);
    const consumer = await rig.consumer(broker);
    const taken = [...(await consumer.receive(45, never)), ...(await drain(consumer, 45))];
    expect(idsOf(taken)).toEqual(idsOf([...many('high', 40), message('middle'), ...many('low', 40)]));
    await broker.publish(many('again', 40), TIMEOUT);
    const both = await drain(await rig.consumer(broker, 20, ['work', 'other']), 500);
    expect(idsOf(both).sort()).toEqual(idsOf([...many('again', 40), ...many('other', 40)]));
  });

  it('rule 1: each message goes to one of many consumers, whatever room they have', async () => {
    const brokers = await Promise.all([rig.broker(), rig.broker(), rig.broker()]);
    const sent = Array.from({ length: 12 }, (_, at) => (at % 3 === 0 ? [message(`one${at}`)] : many(`n${at}-`, 200)));
    const rooms = [3, 50, 500];
    const takes = Promise.all(brokers.map(async (broker, at) => drain(await rig.consumer(broker, 200), rooms[at]!)));
    for (const some of sent) await brokers[0]!.publish(some, TIMEOUT);
    expect(idsOf((await takes).flat()).sort()).toEqual(idsOf(sent.flat()).sort());
  });

  it('rule 1: an id that stands in one is known, found and counted', async () => {
    const { broker, inspector } = await rig.transport();
    await broker.publish(many('n', 100), TIMEOUT);
    expect(await broker.publish([message('n0070', { body: 'another' }), message('new')], TIMEOUT)).toEqual([
      { id: 'n0070', deduplicated: true },
      { id: 'new', deduplicated: false },
    ]);
    expect(await inspector.locate(['n0099', 'n0100', 'n0000'])).toEqual([
      { queue: 'work', place: 'ready' },
      null,
      { queue: 'work', place: 'ready' },
    ]);
    expect(await inspector.counts('work')).toMatchObject({ ready: 101, leased: 0 });
    await (await rig.consumer(broker)).receive(100, never);
    expect(await inspector.counts('work')).toMatchObject({ ready: 1, leased: 100 });
    expect((await inspector.locate(['n0070']))[0]).toMatchObject({ place: 'leased' });
  });

  it('rule 1: ids that were not new after all hold up nobody: not those that give them back, nor the sweep', async () => {
    const broker = await rig.broker();
    await broker.publish(many('n', 20), TIMEOUT);
    await broker.publish(many('n', 20), TIMEOUT);
    const consumer = await rig.consumer(broker);
    const taken = [...(await consumer.receive(500, never)), ...(await consumer.receive(500, never))];
    const receipts = await consumer.settle(taken.map((delivery) => ({ delivery, kind: 'release', delay: 0, charge: true })));
    expect(receipts.every(({ accepted }) => accepted)).toBe(true);
    expect(idsOf(await drain(consumer, 7))).toEqual(idsOf(many('n', 20)));
  });

  it('rule 17: one that is revoked comes to the front alone, and the others keep their places', async () => {
    const broker = await rig.broker();
    await broker.publish(many('n', 100), TIMEOUT);
    await broker.revoke(['n0070', 'n0003'], { terminate: false });
    const taken = await drain(await rig.consumer(broker), 30);
    expect(taken.filter(({ revoked }) => revoked).map(({ id }) => id)).toEqual(['n0003', 'n0070']);
    expect(idsOf(taken)).toEqual(['n0003', 'n0070', ...idsOf(many('n', 100)).filter((id) => id !== 'n0003' && id !== 'n0070')]);
  });

  it('rule 21: stand still in a paused queue, and are purged', async () => {
    const { broker, inspector } = await rig.transport();
    await broker.publish(many('n', 100), TIMEOUT);
    await inspector.pause('work');
    const consumer = await rig.consumer(broker);
    expect(await consumer.receive(500, never)).toEqual([]);
    await inspector.resume('work');
    expect((await consumer.receive(10, never)).length).toBe(10);
    expect(await inspector.purge('work')).toBe(90);
    expect(await consumer.receive(500, never)).toEqual([]);
  });

  it('rule 18: a message with a slot lets those of a higher priority go first', async () => {
    const broker = await rig.broker();
    await broker.publish([message('limited', { priority: 1, limit: { key: 'k', intervalMs: 1_000 } })], TIMEOUT);
    await broker.publish(many('n', 40), TIMEOUT);
    const consumer = await rig.consumer(broker);
    expect(idsOf(await consumer.receive(40, never))).toEqual(idsOf(many('n', 40)));
    expect(idsOf(await consumer.receive(40, never))).toEqual(['limited']);
  });

  it('rule 4: any text comes out of a block as it went in', async () => {
    const broker = await rig.broker();
    const texts = ['\u001d', '\u001e', '\u0000\u0001', '\u0001b', 'ü\u001d\u001e', '"quoted"', '', '🙂'];
    const sent = many('n', 32).map((one, at) => ({ ...one, id: `${one.id}\u001d\u001e`, body: texts[at % texts.length]! }));
    await broker.publish(sent, TIMEOUT);
    expect(await blocks()).toBe(1);
    const taken = await drain(await rig.consumer(broker), 16);
    expect(taken.map(({ id, body }) => ({ id, body }))).toEqual(sent.map(({ id, body }) => ({ id, body })));
  });

  it('rule 25: within a transaction of the user, they are there after its commit, and gone after its rollback', async () => {
    const broker = await rig.broker();
    const client = await rig.client();
    const session = { query: (text: string, values: readonly unknown[]) => client.query(text, [...values]) as never };
    const consumer = await rig.consumer(broker);
    for (const [name, end] of [
      ['gone', 'rollback'],
      ['kept', 'commit'],
    ] as const) {
      await client.query('begin');
      await broker.transactional.publishWithin(session, many(name, 40), { timeout: 1_000 });
      expect(await consumer.receive(500, never)).toEqual([]);
      await client.query(end);
    }
    expect(idsOf(await drain(consumer, 500))).toEqual(idsOf(many('kept', 40)));
  });
});
