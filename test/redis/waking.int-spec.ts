import { startPrivateRedis } from '../support/services.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { consume, LEASE, message, never, QUEUE, Rig, rigged, SEASONED, settleAll, takeIds, untilBlocked } from './rig.js';

const LONG = 30_000;

describe('rule 19: waiting without polling hot', () => {
  it(
    'a message wakes a waiting consumer long before its deadline',
    rigged(async (rig) => {
      const transport = await rig.connected();
      const consumer = await consume(transport, { maxWait: LONG });
      const waiting = takeIds(consumer);
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      expect(await waiting).toEqual(['a']);
    }),
  );

  it(
    'a delayed message that becomes the first wakes too, and is handed out when it is due',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('far', { due: { delay: LONG } })], { timeout: 5_000 });
      const waiting = takeIds(await consume(transport, { maxWait: LONG }));
      await untilBlocked(rig, 1);
      await transport.broker.publish([message('near', { due: { delay: 150 } })], { timeout: 5_000 });
      expect(await waiting).toEqual(['near']);
    }),
  );

  it(
    'a message delayed by a settlement wakes a consumer too, if it becomes the first',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('retried'), message('released')], { timeout: 5_000 });
      const holder = await consume(transport);
      const [retried, released] = await holder.receive(2, never());
      const other = await consume(await rig.connected(), { maxWait: LONG });
      for (const [held, kind] of [
        [retried!, { kind: 'retry', body: 'again', priority: 5, due: { delay: 150 } }],
        [released!, { kind: 'release', delay: 150, charge: false }],
      ] as const) {
        const waiting = takeIds(other);
        await untilBlocked(rig, 1);
        await settleAll(holder, [held], kind);
        expect(await waiting).toEqual([held.id]);
      }
    }),
  );

  it(
    'the wake list holds one item at most, and a receive that leaves work behind rings for the next consumer',
    rigged(async (rig) => {
      const transport = await rig.connected();
      for (const id of ['a', 'b', 'c']) await transport.broker.publish([message(id)], { timeout: 5_000 });
      expect(await rig.admin.llen(rig.key('wake'))).toBe(1);
      await rig.admin.del(rig.key('wake'));
      const [first, second] = [await consume(transport, { maxWait: LONG }), await consume(await rig.connected(), { maxWait: LONG })];
      expect(await takeIds(first, 1)).toEqual(['a']);
      expect(await rig.admin.llen(rig.key('wake'))).toBe(1);
      expect(await takeIds(second, 2)).toEqual(['b', 'c']);
    }),
  );

  it(
    'the wake list has at most one item, however many messages are released while no consumer waits',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('a'), message('b'), message('c')], { timeout: 5_000 });
      const consumer = await consume(transport);
      const held = await consumer.receive(3, never());
      await settleAll(consumer, held, { kind: 'release', delay: 0, charge: false });
      await transport.broker.revoke(['a', 'b'], { terminate: false });
      expect(await rig.admin.llen(rig.key('wake'))).toBe(1);
    }),
  );

  it(
    'many waiting consumers share messages that arrive together',
    rigged(async (rig) => {
      const transports = [await rig.connected(), await rig.connected(), await rig.connected()];
      const consumers = await Promise.all(transports.map((transport) => consume(transport, { maxWait: LONG })));
      const waiting = consumers.map((consumer) => takeIds(consumer, 1));
      await transports[0]!.broker.publish(
        ['a', 'b', 'c'].map((id) => message(id)),
        { timeout: 5_000 },
      );
      expect((await Promise.all(waiting)).flat().sort()).toEqual(['a', 'b', 'c']);
    }),
  );

  it(
    'an abort ends the wait at once, and a later wake-up goes to another consumer',
    rigged(async (rig) => {
      const transport = await rig.connected();
      const [gone, other] = [await consume(transport, { maxWait: LONG }), await consume(await rig.connected(), { maxWait: LONG })];
      const abort = new AbortController();
      const waiting = gone.receive(1, abort.signal);
      // It waits first, so that it is served first.
      await untilBlocked(rig, 1);
      const others = takeIds(other);
      await untilBlocked(rig, 2);
      abort.abort();
      expect(await waiting).toEqual([]);
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      expect(await others).toEqual(['a']);
    }),
  );

  it(
    'an abort ends a receive at any moment of its start',
    rigged(async (rig) => {
      for (let turns = 0; turns < 12; turns++) {
        const consumer = await consume(await rig.connected(), { maxWait: LONG });
        const abort = new AbortController();
        const receiving = consumer.receive(1, abort.signal);
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
        abort.abort();
        expect(await receiving).toEqual([]);
      }
    }),
  );

  it(
    'a message that becomes due while the consumer that knows its time is busy is taken by another',
    rigged(async (rig) => {
      const transport = await rig.connected();
      const [knower, other] = [await consume(transport, { maxWait: LONG }), await consume(await rig.connected(), { maxWait: LONG })];
      const busy = new AbortController();
      const waiting = knower.receive(1, busy.signal);
      // It waits first, so that it is the one that learns of the delayed message.
      await untilBlocked(rig, 1);
      const others = takeIds(other);
      await untilBlocked(rig, 2);
      await transport.broker.publish([message('a', { due: { delay: 300 } })], { timeout: 5_000 });
      await untilBlocked(rig, 2);
      busy.abort();
      expect(await waiting).toEqual([]);
      expect(await others).toEqual(['a']);
    }),
  );

  it(
    'a closed consumer ends its wait, and its wake-up is sent again',
    rigged(async (rig) => {
      const transport = await rig.connected();
      const [gone, other] = [await consume(transport, { maxWait: LONG }), await consume(await rig.connected(), { maxWait: LONG })];
      const waiting = takeIds(gone);
      await untilBlocked(rig, 1);
      const others = takeIds(other);
      await untilBlocked(rig, 2);
      const [, sent] = await Promise.all([gone.close(), transport.broker.publish([message('a')], { timeout: 5_000 })]);
      expect(sent).toHaveLength(1);
      expect([...(await waiting), ...(await others)]).toEqual(['a']);
    }),
  );

  it(
    'a wake-up that is on its way to a consumer when it closes is rung for again',
    rigged(async (rig) => {
      const proxy = await TcpProxy.before(rig.url);
      const [gone, other] = [
        await consume(await rig.connected(proxy.url), { maxWait: LONG }),
        await consume(await rig.connected(), { maxWait: LONG }),
      ];
      const waiting = takeIds(gone);
      await untilBlocked(rig, 1);
      const others = takeIds(other);
      await untilBlocked(rig, 2);
      const woken = proxy.answer(rig.key('wake'));
      const publisher = await rig.connected();
      // Not awaited: its answer may come after the wake-up has been read.
      const publishing = publisher.broker.publish([message('a')], { timeout: 5_000 });
      await woken;
      await gone.close();
      expect(await waiting).toEqual([]);
      expect(await others).toEqual(['a']);
      await publishing;
      await proxy.stop();
    }),
  );

  it('one receive looks at all queues of a consumer, each first in its turn', async () => {
    // A server of its own, for its calls are counted.
    const server = await startPrivateRedis();
    const rig = new Rig(server.url);
    try {
      const transport = await rig.connected();
      const queues = ['one', 'two', 'three'];
      const all = queues.flatMap((queue) => [0, 1, 2, 3].map((n) => message(`${queue}-${n}`, { queue })));
      await transport.broker.publish(all, { timeout: 5_000 });
      const consumer = await consume(transport, { maxWait: LONG }, queues);
      const before = await calls(rig);
      const first = new Set<string>();
      for (let round = 0; round < 3; round++) first.add((await consumer.receive(1, never()))[0]!.queue);
      expect(first.size).toBe(3);
      expect((await calls(rig)) - before).toBe(3);
    } finally {
      await rig.close();
      await server.stop();
    }
  });

  it(
    'rule 21: a paused queue hands out nothing, and leased messages can still be settled',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('a'), message('b')], { timeout: 5_000 });
      const consumer = await consume(transport);
      const out = await consumer.receive(1, never());
      await rig.admin.set(rig.key('paused'), '1');
      expect(await takeIds(consumer)).toEqual([]);
      expect(await settleAll(consumer, out)).toEqual([true]);
      await rig.admin.del(rig.key('paused'));
      expect(await takeIds(consumer)).toEqual(['b']);
    }),
  );

  it(
    'rule 21: a paused queue is still swept',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      await (await consume(transport)).receive(1, never());
      const heir = await consume(transport);
      await rig.admin.set(rig.key('paused'), '1');
      rig.shift += LEASE + SEASONED;
      expect(await takeIds(heir)).toEqual([]);
      expect(await transport.inspector.counts(QUEUE)).toMatchObject({ ready: 1, leased: 0 });
    }),
  );
});

describe('rule 9: suspects', () => {
  it(
    'one that is found by a consumer which is busy wakes another that is not',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('poison'), message('calm', { queue: 'calm' })], { timeout: 5_000 });
      const victim = await consume(transport);
      await settleAll(victim, await victim.receive(1, never()), { kind: 'release', delay: 0, charge: true });
      await victim.receive(1, never());
      const busy = await consume(transport, { lease: LONG }, [QUEUE, 'calm']);
      expect(await takeIds(busy)).toEqual(['calm']);
      const waiting = takeIds(await consume(await rig.connected(), { maxWait: LONG }));
      await untilBlocked(rig, 1);
      rig.shift += LEASE + SEASONED;
      expect(await takeIds(busy)).toEqual([]);
      expect(await waiting).toEqual(['poison']);
    }),
  );

  it(
    'a busy consumer makes room for a suspect, which then runs alone',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('poison')], { timeout: 5_000 });
      const consumer = await consume(transport, { maxWait: LONG });
      for (let charge = 0; charge < 2; charge++) {
        await settleAll(consumer, await consumer.receive(1, never()), { kind: 'release', delay: 0, charge: true });
      }
      expect(await rig.admin.llen(rig.key('suspects'))).toBe(1);
      await transport.broker.publish(
        Array.from({ length: 40 }, (_, n) => message(`n${n}`)),
        { timeout: 5_000 },
      );
      const busy = await consume(await rig.connected(), { maxWait: LONG });
      // It took the suspect for its first, and gives it back; from here on it is never without work.
      const seen: string[][] = [];
      let held = await busy.receive(1, never());
      await settleAll(busy, held, { kind: 'release', delay: 0, charge: false });
      held = await busy.receive(2, never());
      while (!seen.flat().includes('poison')) {
        const receiving = busy.receive(2, never());
        await settleAll(busy, held);
        held = await receiving;
        seen.push(held.map(({ id }) => id));
      }
      expect(seen.at(-1)).toEqual(['poison']);
      const beside = takeIds(busy, 2);
      expect(await Promise.race([beside, settleAll(busy, held)])).toEqual([true]);
      expect(await beside).not.toContain('poison');
    }),
  );
});

async function calls(rig: Rig): Promise<number> {
  return Number(/cmdstat_evalsha:calls=(\d+)/.exec(await rig.admin.info('commandstats'))?.[1] ?? 0);
}
