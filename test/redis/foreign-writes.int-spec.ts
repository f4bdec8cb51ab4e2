import type { Delivery } from '../../libs/task-queue/src/core/ports/broker/consumer.js';
import { proxied, untilLeased } from './proxied.js';
import { consume, message, never, Rig, rigged, settleAll } from './rig.js';

const WAIT = { timeout: 5_000 };
const HOUR = 3_600_000;

/** Keys of a queue and of the whole store that do not exist while the messages below wait. */
const ABSENT = ['ready:9', 'ready:8', 'ready:3', 'ready:0', 'front', 'suspects', 'deliveries', 'unique-out', 'delayed', 'leased', 'dead', 'limited-of', 'limited-keys', 'trace']; // prettier-ignore
const sorted = (deliveries: readonly Delivery[]) => deliveries.map(({ id }) => id).sort();

/** What another program's text under a key of the queue does to receives, and then what they give without it. */
async function receiveBeside(rig: Rig, key: string, ids: readonly string[]): Promise<void> {
  const consumer = await consume(await rig.connected());
  await rig.admin.set(key, 'somebody else’s');
  const taken: Delivery[] = await consumer.receive(100, never()).catch(() => []);
  await rig.admin.del(key);
  taken.push(...(await consumer.receive(100, never())));
  expect(sorted(taken)).toEqual([...ids].sort());
  expect(taken.every(({ lostLeases }) => lostLeases === 0)).toBe(true);
}

describe('a receive that meets a key of a wrong type loses no message', () => {
  it.each(ABSENT)('%s of a queue with priorities and unique keys', (name) =>
    rigged(async (rig) => {
      const transport = await rig.connected();
      const unique = { key: 'k', until: 'start', onConflict: 'existing', expires: null } as const;
      await transport.broker.publish([4, 5, 6].map((priority) => message(`p${priority}`, { priority })), WAIT); // prettier-ignore
      await transport.broker.publish([message('u', { unique })], WAIT);
      await receiveBeside(rig, rig.key(name), ['p4', 'p5', 'p6', 'u']);
    })(),
  );

  it.each(['revoked', 'ready:4', 'leased', 'delayed', 'wake'])('%s of a plain queue', (name) =>
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('a'), message('b')], WAIT);
      await rig.admin.del(rig.key('wake'));
      await receiveBeside(rig, name === 'revoked' ? `${rig.prefix}:revoked` : rig.key(name), ['a', 'b']);
    })(),
  );

  it(
    'a delayed message that is due stays where it is',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('late', { due: { delay: HOUR }, priority: 3 })], WAIT);
      rig.shift += HOUR;
      await receiveBeside(rig, rig.key('ready:3'), ['late']);
    }),
  );

  it(
    'of one of several queues: the messages of the others are neither lost nor charged',
    rigged(async (rig) => {
      const transport = await rig.connected();
      const queues = ['one', 'two', 'three'];
      await transport.broker.publish(queues.map((queue) => message(queue, { queue })), WAIT); // prettier-ignore
      await rig.admin.del(rig.key('ready:5', 'two'));
      await rig.admin.set(rig.key('ready:5', 'two'), 'somebody else’s');
      const consumer = await consume(transport, {}, queues);
      const taken: Delivery[] = [];
      for (let look = 0; look < 2 * queues.length; look++) taken.push(...(await consumer.receive(10, never()).catch(() => [])));
      expect(sorted(taken)).toEqual(['one', 'three']);
    }),
  );
});

it.each(['unique-out', 'ready:5'])('%s of a wrong type while a lost receive is released: its messages stay leased until then', (name) =>
  proxied(async (rig, proxy) => {
    const transport = await rig.connected(proxy.url);
    await transport.broker.publish([message('a')], WAIT);
    const consumer = await consume(transport, { maxWait: 2_000 });
    proxy.dropAnswers = true;
    const lost = consumer.receive(1, never()).catch(() => []);
    await untilLeased(rig, 1);
    await rig.admin.set(rig.key(name), 'somebody else’s');
    proxy.heal();
    proxy.cut();
    expect(await lost).toEqual([]);
    await rig.admin.del(rig.key(name));
    expect(sorted(await consumer.receive(1, never()))).toEqual(['a']);
  })(),
);

it(
  'a single publish beside a wake-up of a wrong type is no refused one: its message is there',
  rigged(async (rig) => {
    const transport = await rig.connected();
    await transport.broker.publish([message('a')], WAIT);
    await rig.admin.del(rig.key('wake'));
    await rig.admin.set(rig.key('wake'), 'somebody else’s');
    expect(await transport.broker.publish([message('b')], WAIT)).toEqual([{ id: 'b', deduplicated: false }]);
  }),
);

it(
  'a queue whose bodies were evicted beside its dead letters hands out what is sent next',
  rigged(async (rig) => {
    const transport = await rig.connected();
    const consumer = await consume(transport);
    await transport.broker.publish(['a', 'b', 'c'].map((id) => message(id)), WAIT); // prettier-ignore
    await settleAll(consumer, await consumer.receive(3, never()), { kind: 'deadLetter', reason: 'r', detail: 'd', attempts: [], traced: false }); // prettier-ignore
    await rig.admin.del(rig.key('msg'));
    await transport.broker.publish([message('next', { priority: 7 })], WAIT);
    expect(sorted(await consumer.receive(5, never()))).toEqual(['next']);
  }),
);
