import { consume, LEASE, message, never, rigged, settleAll, takeIds } from './rig.js';
import { proxied } from './proxied.js';

const LARGE = 900_000;
const ids = (count: number): string[] => Array.from({ length: count }, (_, n) => `m${n}`);
const large = (id: string, priority = 5) => message(id, { priority, body: 'x'.repeat(LARGE) });

describe('rule 31: a slow line', () => {
  it(
    'carries messages and results that take longer than any deadline of silence',
    proxied(async (rig, proxy) => {
      const near = await rig.connected();
      await near.broker.publish(ids(12).map((id) => large(id)), { timeout: 20_000 }); // prettier-ignore
      const transport = await rig.connected(proxy.url);
      const consumer = await consume(transport, { renew: true, lease: LEASE, maxWait: 20_000 });
      proxy.rate = 1_500_000;
      const deliveries = [];
      while (deliveries.length < 12) deliveries.push(...(await consumer.receive(12 - deliveries.length, never())));
      expect(deliveries.map(({ id }) => id)).toEqual(ids(12));
      const record = { state: 'SUCCESS', retries: 0, at: 1, result: 'x'.repeat(LARGE) } as const;
      const receipts = await consumer.settle(
        deliveries.map((delivery) => ({
          delivery,
          kind: 'ack',
          traced: false,
          result: { record: { id: delivery.id, ...record }, expires: 60_000 },
        })),
      );
      expect(receipts.every(({ accepted }) => accepted)).toBe(true);
      expect((await near.results.load(ids(12))).filter((one) => one !== undefined)).toHaveLength(12);
      expect(rig.logged.filter(({ message }) => message.includes('lost'))).toEqual([]);
    }),
    60_000,
  );

  it(
    'a receive takes no more bytes than travel in time; what it leaves stays in its order, and another worker is woken for it',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish(ids(6).map((id) => large(id)), { timeout: 5_000 }); // prettier-ignore
      const consumer = await consume(transport);
      expect(await takeIds(consumer)).toEqual(['m0', 'm1', 'm2', 'm3']);
      expect(await rig.admin.llen(rig.key('wake'))).toBe(1);
      await transport.broker.publish([large('low', 1), large('lowest', 0), large('high', 9), message('small', { priority: 9 })], {
        timeout: 5_000,
      });
      expect(await takeIds(consumer)).toEqual(['high', 'small', 'm4', 'm5', 'low']);
      expect(await takeIds(consumer)).toEqual(['lowest']);
      expect(await takeIds(consumer)).toEqual([]);
      expect(await rig.admin.zcard(rig.key('leased'))).toBe(10);
    }),
  );

  it(
    'a message larger than the bound of a receive is received alone',
    rigged(async (rig) => {
      const transport = await rig.connected();
      const huge = (id: string) => message(id, { body: 'x'.repeat(5_000_000) });
      await transport.broker.publish([message('a'), huge('b'), message('c', { priority: 4 })], { timeout: 5_000 });
      const consumer = await consume(transport);
      expect(await takeIds(consumer)).toEqual(['a']);
      expect(await takeIds(consumer)).toEqual(['b']);
      expect(await takeIds(consumer)).toEqual(['c']);
    }),
  );

  it(
    'a receive asks for half after its answer was lost',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      await transport.broker.publish(ids(8).map((id) => message(id)), { timeout: 5_000 }); // prettier-ignore
      const consumer = await consume(transport, { maxWait: 10_000 });
      const asked = proxy.request(':void:');
      const receiving = takeIds(consumer, 8);
      await asked;
      proxy.cut();
      expect(await receiving).toHaveLength(4);
      expect(await takeIds(consumer, 8)).toHaveLength(4);
    }),
  );
});

describe('rule 31: a loop that stood still', () => {
  it(
    'has its answers in the socket: a publish is not uncertain, and the connection stays',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('first')], { timeout: 5_000 });
      const sent = transport.broker.publish([message('a')], { timeout: 1_000 });
      await new Promise(process.nextTick);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
      expect(await sent).toEqual([{ id: 'a', deduplicated: false }]);
      expect(rig.logged).toEqual([]);
      expect(await settleAll(await consume(transport), [])).toEqual([]);
    }),
  );
});
