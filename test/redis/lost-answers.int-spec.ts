import { proxied, untilReady, untilLeased } from './proxied.js';
import { consume, consumeAnything, message, never, settleAll, takeIds } from './rig.js';

describe('settling during a connection cut', () => {
  it(
    'rule 15: a repeated arrival of the last member, whose answer was lost, learns that it completed the join',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      await transport.joins.open([{ id: 'j', members: 1, body: '', expires: 60_000 }]);
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const consumer = await consume(transport);
      const [delivery] = await consumer.receive(1, never());
      proxy.loseAnswerTo('my value');
      const arrivals = [{ join: 'j', member: 'a', index: 0, value: 'my value' }];
      const settled = consumer.settle([{ delivery: delivery!, kind: 'ack', traced: false, arrivals }]);
      await proxy.request('my value');
      while ((await rig.admin.zcard(`${rig.prefix}:joins-complete`)) < 1);
      proxy.heal();
      proxy.cut();
      expect((await settled)[0]!.joined).toEqual([{ join: 'j', remaining: 0, inserted: 1, completed: true }]);
    }),
  );

  it(
    'a settlement whose answer was lost is accepted when repeated, and its retry is in the queue once',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      await transport.broker.publish([message('a'), message('b')], { timeout: 5_000 });
      const consumer = await consume(transport);
      const [a, b] = await consumer.receive(2, never());
      proxy.loseAnswerTo('second body');
      const settled = consumer.settle([
        { delivery: a!, kind: 'retry', body: 'second body', priority: 5, due: { delay: 0 } },
        { delivery: b!, kind: 'ack', traced: false },
      ]);
      await proxy.request('second body');
      await untilReady(rig, 1);
      proxy.heal();
      proxy.cut();
      expect((await settled).map(({ accepted }) => accepted)).toEqual([true, true]);
      expect(await rig.admin.lrange(rig.key('ready:5'), 0, -1)).toEqual(['a']);
    }),
  );
});

describe('rule 9: a receive whose answer was lost is released uncharged', () => {
  it(
    'its messages are delivered again at once, without a counted lost lease',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      await transport.broker.publish([message('a'), message('b')], { timeout: 5_000 });
      const consumer = await consume(transport, { maxWait: 10_000 });
      proxy.dropAnswers = true;
      const taken = consumer.receive(10, never());
      await untilLeased(rig, 2);
      proxy.heal();
      proxy.cut();
      expect((await taken).map(({ id, lostLeases }) => [id, lostLeases])).toEqual([
        ['a', 0],
        ['b', 0],
      ]);
      expect(await rig.admin.exists(rig.key('deliveries'))).toBe(0);
    }),
  );

  it(
    'rule 18: a limited message waits for a slot again, before the others of its priority',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      const limit = { key: 'task', intervalMs: 60_000 };
      const consumer = await consumeAnything(transport, { maxWait: 1_000 });
      await transport.broker.publish([message('a', { limit }), message('b', { limit })], { timeout: 5_000 });
      proxy.dropAnswers = true;
      const taken = consumer.receive(10, never());
      await untilLeased(rig, 1);
      proxy.heal();
      proxy.cut();
      expect(await taken).toEqual([]);
      expect(await transport.inspector.counts('work')).toMatchObject({ ready: 0, limited: 2, leased: 0 });
      rig.shift += 60_000;
      expect(await takeIds(consumer)).toEqual(['a']);
    }),
  );

  it(
    'a receive that is aborted before its answer releases its messages uncharged',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const consumer = await consume(transport, { maxWait: 10_000 });
      const abort = new AbortController();
      proxy.dropAnswers = true;
      const taken = consumer.receive(1, abort.signal);
      await untilLeased(rig, 1);
      abort.abort();
      expect(await taken).toEqual([]);
      proxy.heal();
      proxy.cut();
      expect(await takeIds(consumer)).toEqual(['a']);
      expect(await rig.admin.exists(rig.key('deliveries'))).toBe(0);
    }),
  );

  it(
    'a lost receive that arrives after its release takes nothing, because no worker would know of it',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      const consumer = await consume(transport, { maxWait: 10_000 });
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      proxy.dropRequests = true;
      const lost = proxy.request(':void:');
      const taken = takeIds(consumer);
      const call = await lost;
      proxy.heal();
      proxy.cut();
      expect(await taken).toEqual(['a']);
      await transport.broker.publish([message('b')], { timeout: 5_000 });
      await proxy.arriveLate(call);
      expect(await takeIds(consumer)).toEqual(['b']);
    }),
  );

  it(
    'a released suspect is a suspect again, and is delivered alone',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      const consumer = await consume(transport, { maxWait: 10_000 });
      await transport.broker.publish([message('poison')], { timeout: 5_000 });
      for (let charge = 0; charge < 2; charge++) {
        await settleAll(consumer, await consumer.receive(1, never()), { kind: 'release', delay: 0, charge: true });
      }
      await transport.broker.publish([message('neighbour')], { timeout: 5_000 });
      proxy.dropAnswers = true;
      const taken = takeIds(consumer);
      await untilLeased(rig, 1);
      proxy.heal();
      proxy.cut();
      expect(await taken).toEqual(['poison']);
    }),
  );
});
