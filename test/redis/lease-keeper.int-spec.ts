import type { Delivery } from '../../libs/task-queue/src/core/ports/broker/consumer.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { consume, LEASE, message, never, rigged, type Rig, SEASONED, settleAll, takeIds } from './rig.js';

const SHORT = 600;

describe('rule 7: renewal survives a blocked loop', () => {
  it(
    'a loop that is blocked for longer than the lease keeps it, and knows it right afterwards',
    rigged(async (rig) => {
      const lease = 1_500;
      const transport = await rig.connected();
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const consumer = await consume(transport, { renew: true, lease });
      const [held] = await consumer.receive(1, never());
      block(lease * 2.5);
      expect(consumer.holds(held!)).toBe(true);
      const heir = await consume(await rig.connected());
      rig.shift += SEASONED;
      await consumer.extend([held!]);
      expect(await takeIds(heir)).toEqual([]);
      expect(await settleAll(consumer, [held!])).toEqual([true]);
    }),
  );

  it(
    'a loop that is blocked for longer than maxLoopBlock loses them, so that a process that hangs holds nothing for ever',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const consumer = await consume(transport, { renew: true, lease: SHORT, maxLoopBlock: 200 });
      const [held] = await consumer.receive(1, never());
      block(SHORT * 3);
      expect(consumer.holds(held!)).toBe(false);
      const [, expiry] = await rig.admin.zrange(rig.key('leased'), '0', '0', 'WITHSCORES');
      expect(Number(expiry)).toBeLessThan(Date.now());
    }),
  );

  it(
    'a lease that another consumer has swept is confirmed as lost, a settled one is not',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('a'), message('b')], { timeout: 5_000 });
      const told = deferred<readonly Delivery[]>();
      const events = { lost: (lost: readonly Delivery[]) => told.resolve(lost), revoked() {} };
      const consumer = await consume(transport, { renew: true, lease: SHORT, events });
      const [a, b] = await consumer.receive(2, never());
      await settleAll(consumer, [b!]);
      await rig.admin.zrem(rig.key('leased'), `5${a!.id}:${a!.token}`);
      expect(await told.promise).toEqual([a]);
      expect(consumer.holds(a!)).toBe(false);
    }),
  );

  it(
    'a lease that looks renewed was not lost, even before the loop has learnt of losses',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const consumer = await consume(transport, { renew: true, lease: SHORT });
      const [held] = await consumer.receive(1, never());
      await rig.admin.zrem(rig.key('leased'), `5${held!.id}:${held!.token}`);
      block(SHORT * 2.5);
      expect(consumer.holds(held!)).toBe(false);
    }),
  );

  it(
    'an abandoned lease is not renewed',
    rigged(async (rig) => {
      const proxy = await TcpProxy.before(rig.url);
      const transport = await rig.connected(proxy.url);
      await transport.broker.publish([message('a'), message('b')], { timeout: 5_000 });
      const consumer = await consume(transport, { renew: true, lease: SHORT });
      const [a] = await consumer.receive(1, never());
      const [b] = await consumer.receive(1, never());
      const expiryOf = async ({ id, token }: Delivery) => Number(await rig.admin.zscore(rig.key('leased'), `5${id}:${token}`));
      proxy.refuse = true;
      proxy.cut();
      expect(await settleAll(consumer, [a!])).toEqual([false]);
      const healed = Date.now();
      proxy.heal();
      while ((await expiryOf(b!)) < healed + SHORT);
      expect(await expiryOf(a!)).toBeLessThan(healed + SHORT);
      await proxy.stop();
    }),
  );

  it(
    'a renewal names a revoked message once',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const told: unknown[] = [];
      const first = deferred<null>();
      const events = { lost() {}, revoked: (revoked: readonly unknown[]) => (told.push(...revoked), first.resolve(null)) };
      const consumer = await consume(transport, { renew: true, lease: SHORT, events });
      await consumer.receive(1, never());
      await transport.broker.revoke(['a'], { terminate: true });
      await first.promise;
      await renewals(rig, 2);
      expect(told).toEqual([{ id: 'a', terminate: true }]);
    }),
  );

  it(
    'a closed consumer renews nothing any more',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('a'), message('b')], { timeout: 5_000 });
      const [closed, open] = [
        await consume(transport, { renew: true, lease: SHORT }),
        await consume(transport, { renew: true, lease: SHORT }),
      ];
      await closed.receive(1, never());
      const [kept] = await open.receive(1, never());
      await closed.close();
      const before = await rig.admin.zscore(rig.key('leased'), (await rig.admin.zrange(rig.key('leased'), '0', '0'))[0]!);
      await renewals(rig, 3);
      const [, first, member, second] = await rig.admin.zrange(rig.key('leased'), '0', '1', 'WITHSCORES');
      expect(first).toBe(before);
      expect(member).toContain(`${kept!.id}:`);
      expect(Number(second)).toBeGreaterThan(Number(first));
    }),
  );
});

describe('rule 7: the local deadline counts from the sending', () => {
  it(
    'of a receive: however late its answer, a worker starts nothing after the server’s deadline',
    rigged(async (rig) => {
      const proxy = await TcpProxy.before(rig.url);
      const transport = await rig.connected(proxy.url);
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const consumer = await consume(transport);
      const asked = proxy.request(':void:');
      const receiving = consumer.receive(1, never());
      await asked;
      rig.shift += LEASE / 2;
      const [held] = await receiving;
      expect(consumer.holds(held!)).toBe(true);
      rig.shift += LEASE / 2;
      expect(consumer.holds(held!)).toBe(false);
      await proxy.stop();
    }),
  );

  it(
    'of an extend',
    rigged(async (rig) => {
      const proxy = await TcpProxy.before(rig.url);
      const transport = await rig.connected(proxy.url);
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const consumer = await consume(transport);
      const [held] = await consumer.receive(1, never());
      const asked = proxy.request(held!.token);
      const extending = consumer.extend([held!]);
      await asked;
      rig.shift += LEASE / 2;
      await extending;
      expect(consumer.holds(held!)).toBe(true);
      rig.shift += LEASE / 2;
      expect(consumer.holds(held!)).toBe(false);
      await proxy.stop();
    }),
  );

  it(
    'of a renewal by the thread',
    rigged(async (rig) => {
      const lease = 3_000;
      const proxy = await TcpProxy.before(rig.url);
      const transport = await rig.connected(proxy.url);
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const consumer = await consume(transport, { renew: true, lease });
      const [held] = await consumer.receive(1, never());
      const received = performance.now();
      await proxy.request(held!.token);
      const renewed = performance.now();
      // No second renewal, and the answer to this one has to wait: it passes through this thread.
      proxy.dropRequests = true;
      block(lease / 6);
      /** Shifts the clock of leases to so many ms after an instant. */
      const moveTo = (instant: number, after: number) => (rig.shift = instant + after - performance.now());
      moveTo(received, lease);
      while (!consumer.holds(held!)) await new Promise(setImmediate);
      moveTo(renewed, lease);
      expect(consumer.holds(held!)).toBe(false);
      await proxy.stop();
    }),
  );
});

/** A promise and what resolves it. */
function deferred<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Resolves when the longest lease was renewed so many times. */
async function renewals(rig: Rig, count: number): Promise<void> {
  const latest = async (): Promise<string> => (await rig.admin.zrevrange(rig.key('leased'), 0, 0, 'WITHSCORES'))[1]!;
  for (let seen = 0, last = await latest(); seen < count;) {
    const now = await latest();
    if (now !== last) seen += 1;
    last = now;
  }
}
