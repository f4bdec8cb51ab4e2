import { consume, message, never, settleAll, takeIds } from './rig.js';
import { proxied } from './proxied.js';

const ANSWERS = {
  'a number': ':7\r\n',
  nothing: '$-1\r\n',
  'another answer': '*2\r\n*1\r\n$1\r\nx\r\n:3\r\n',
  'a part of one': 'dy of a\r\n',
};

describe.each(Object.entries(ANSWERS))('rule 31: %s where an answer of another form is due counts as a lost answer', (_, odd) => {
  it(
    'to a settlement, which is accepted all the same',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const consumer = await consume(transport);
      const [a] = await consumer.receive(1, never());
      proxy.replaceAnswerTo(a!.token, odd);
      expect(await settleAll(consumer, [a!])).toEqual([true]);
      expect(rig.logged.map(({ message }) => message)).toEqual(
        expect.arrayContaining([expect.stringMatching(/connection to Redis was lost/)]),
      );
    }),
  );

  it(
    'to a receive, whose messages come uncharged with the next one',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const consumer = await consume(transport, { maxWait: 10_000 });
      proxy.replaceAnswerTo(':void:', odd);
      const [a] = await consumer.receive(1, never());
      expect(a).toMatchObject({ id: 'a', lostLeases: 0 });
    }),
  );

  it(
    'to a renewal, which loses nothing',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const consumer = await consume(transport);
      const [a] = await consumer.receive(1, never());
      proxy.replaceAnswerTo(a!.token, odd);
      expect(await consumer.extend([a!])).toEqual({ lost: [], revoked: [] });
      expect(consumer.holds(a!)).toBe(true);
    }),
  );

  it(
    'to a publish, which happens once',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      await transport.broker.publish([message('first')], { timeout: 5_000 });
      proxy.replaceAnswerTo('body of a', odd);
      expect(await transport.broker.publish([message('a'), message('b')], { timeout: 5_000 })).toEqual([
        { id: 'a', deduplicated: false },
        { id: 'b', deduplicated: false },
      ]);
      expect(await takeIds(await consume(transport))).toEqual(['first', 'a', 'b']);
    }),
  );

  it(
    'to the thread that renews, which connects again',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const consumer = await consume(transport, { renew: true, lease: 600 });
      const [a] = await consumer.receive(1, never());
      const connections = proxy.accepted;
      proxy.replaceAnswerTo(a!.token, odd);
      while (proxy.accepted === connections) await new Promise((resolve) => setTimeout(resolve, 10));
      await proxy.request(a!.token);
      expect(consumer.holds(a!)).toBe(true);
    }),
  );
});
