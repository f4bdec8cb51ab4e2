import { startPrivateRedis } from '../support/services.js';
import { proxied } from './proxied.js';
import { consume, message, never, QUEUE, Rig, rigged, settleAll, takeIds } from './rig.js';

const WAIT = { timeout: 20_000 };
/** µs: far more than a bounded script takes, far less than one that walks the list for each id */
const TOO_LONG = 250_000;

const numbered = (count: number) => Array.from({ length: count }, (_, number) => `n${number}`);

describe('rule 33: revoking in a long queue', () => {
  it('no call walks the queue once for each id, whatever is revoked; what is not found ends in its turn', async () => {
    const server = await startPrivateRedis({ args: ['--slowlog-log-slower-than', String(TOO_LONG)] });
    const rig = new Rig(server.url);
    try {
      const transport = await rig.connected();
      const ids = numbered(100_000);
      await transport.broker.publish(
        ids.map((id) => message(id)),
        WAIT,
      );
      const consumer = await consume(transport);
      const held = await consumer.receive(500, never());
      const middle = ids.slice(50_000, 50_500);
      await transport.broker.revoke([...held.map(({ id }) => id), ...middle, ...ids.slice(-500)], { terminate: false });
      expect(await rig.admin.slowlog('GET', 10)).toEqual([]);
      const front = await consumer.receive(500, never());
      expect(front.every(({ id, revoked }) => revoked && Number(id.slice(1)) >= 99_500)).toBe(true);
      await rig.admin.ltrim(rig.key('ready:5'), -49_500, -1);
      await settleAll(consumer, front);
      const turn = await consumer.receive(500, never());
      expect([turn.length, turn.every(({ revoked }) => revoked)]).toEqual([500, true]);
    } finally {
      await rig.close();
      await server.stop();
    }
  });

  it(
    'what is not found is revoked in its turn, however long after the call that is; the mark goes with it',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish(numbered(4_000).map((id) => message(id)), WAIT); // prettier-ignore
      await transport.broker.revoke(numbered(2_050).slice(2_000), { terminate: false });
      rig.shift += 60_001;
      await rig.admin.ltrim(rig.key('ready:5'), 2_000, -1);
      const consumer = await consume(transport);
      const turn = await consumer.receive(500, never());
      expect(turn.map(({ revoked }) => revoked)).toEqual(turn.map((_, at) => at < 50));
      expect(turn.length).toBe(500);
      await settleAll(consumer, turn);
      expect(await rig.admin.zcard(`${rig.prefix}:revoked`)).toBe(0);
    }),
  );

  it(
    'a single message is found at any depth of a queue of usual length, whatever its place',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('late', { due: { delay: 3_600_000 } })], WAIT);
      await transport.broker.publish(
        numbered(5_000).map((id, at) => message(id, { priority: at < 20 ? 0 : 5 })),
        WAIT,
      );
      for (const id of ['n0', 'n20', 'n2500', 'n4999', 'late']) await transport.broker.revoke([id], { terminate: false });
      const taken = await (await consume(transport)).receive(5, never());
      expect(taken.map(({ id, revoked }) => [id, revoked])).toEqual(['n0', 'n20', 'n2500', 'n4999', 'late'].map((id) => [id, true]));
      expect((await transport.inspector.counts(QUEUE)).ready).toBe(4_996);
    }),
  );
});

/** A consumer that holds so many messages, ids n0 and on. */
async function holding(rig: Rig, count: number) {
  const transport = await rig.connected();
  await transport.broker.publish(
    numbered(count).map((id) => message(id)),
    WAIT,
  );
  const consumer = await consume(transport);
  for (let taken = 0; taken < count;) taken += (await consumer.receive(500, never())).length;
  return transport;
}

describe('rule 33: looking for messages beside many leases', () => {
  it(
    'messages are located page by page of the leases',
    rigged(async (rig) => {
      const transport = await holding(rig, 6_000);
      await transport.broker.publish([message('a'), message('late', { due: { delay: 3_600_000 } })], WAIT);
      const before = await calls(rig, 'zscan');
      const found = await transport.inspector.locate(['a', 'late', 'nobody', ...numbered(6_000)]);
      expect(found.slice(0, 3).map((one) => one?.place)).toEqual(['ready', 'delayed', undefined]);
      expect(found.slice(3).every((one) => one?.place === 'leased')).toBe(true);
      expect((await calls(rig, 'zscan')) - before).toBeGreaterThan(3);
    }),
  );

  it(
    'many queues are asked together',
    rigged(async (rig) => {
      const transport = await rig.connected();
      const queues = Array.from({ length: 60 }, (_, number) => `q${number}`);
      await transport.broker.publish(queues.map((queue) => message(`in ${queue}`, { queue })), WAIT); // prettier-ignore
      const before = await calls(rig, 'evalsha');
      expect(await transport.inspector.locate(['in q59', 'in q7'])).toEqual([
        { queue: 'q59', place: 'ready' },
        { queue: 'q7', place: 'ready' },
      ]);
      expect((await calls(rig, 'evalsha')) - before).toBeLessThan(60);
    }),
  );

  it(
    'rule 9: the messages of a lost receive are found among them, in every queue',
    proxied(async (rig, proxy) => {
      await holding(rig, 6_000);
      const transport = await rig.connected(proxy.url);
      const queues = ['before', QUEUE, 'after'];
      await transport.broker.publish(queues.map((queue) => message(`in ${queue}`, { queue })), WAIT); // prettier-ignore
      const consumer = await consume(transport, { maxWait: 10_000 }, queues);
      proxy.dropAnswers = true;
      const taken = consumer.receive(10, never());
      while ((await rig.admin.zcard(rig.key('leased', 'after'))) < 1);
      proxy.heal();
      proxy.cut();
      const ids = (await taken).map(({ id }) => id);
      while (ids.length < 3) ids.push(...(await takeIds(consumer)));
      expect(ids.sort()).toEqual(queues.map((queue) => `in ${queue}`).sort());
    }),
  );
});

/** How often the server has run a command, for anybody. */
async function calls(rig: Rig, command: string): Promise<number> {
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(await rig.admin.info('commandstats'))?.[1] ?? 0);
}
