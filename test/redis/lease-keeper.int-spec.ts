import type { Delivery } from '../../libs/task-queue/src/ports/index.js';
import { consume, message, never, rigged, type Rig, SEASONED, settleAll, takeIds } from './rig.js';

const SHORT = 600;

describe('rule 7: renewal survives a blocked loop', () => {
  it(
    'a loop that is blocked for longer than the lease keeps it, and knows it right afterwards',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const consumer = await consume(transport, { renew: true, lease: SHORT });
      const [held] = await consumer.receive(1, never());
      block(SHORT * 2.5);
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
    'what somebody else has swept is confirmed as lost, and what is settled is not',
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
    'a renewal names what was revoked, once',
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
