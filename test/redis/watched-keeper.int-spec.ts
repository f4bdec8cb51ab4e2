import { consume, message, never, QUEUE, rigged, takeIds, untilBlocked, type Rig } from './rig.js';
import { proxied } from './proxied.js';

const LEASE = 1_500;

describe('rule 30: the keeper of leases is watched', () => {
  it(
    'without its connection, the main connection renews, nothing more is received, and the log says so',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      await transport.broker.publish([message('long')], { timeout: 5_000 });
      const before = await clients(rig);
      const consumer = await consume(transport, { renew: true, lease: LEASE, maxWait: 100 });
      const [keeper] = (await clients(rig)).filter((id) => !before.includes(id));
      expect(consumer.renewing).toBe(true);
      const [held] = await consumer.receive(1, never());

      proxy.refuse = true;
      await rig.admin.client('KILL', 'ID', keeper!);
      await logged(rig, 'cannot renew');
      const renewed = () => rig.admin.zscore(rig.key('leased'), `5long:${held!.token}`).then(Number);
      const ends = Date.now() + LEASE;
      while ((await renewed()) < ends + LEASE);
      expect(consumer.holds(held!)).toBe(true);
      expect(consumer.renewing).toBe(false);
      await transport.broker.publish([message('next')], { timeout: 5_000 });
      expect(await takeIds(consumer)).toEqual([]);
      expect(await takeIds(await consume(await rig.connected()))).toEqual(['next']);

      proxy.heal();
      await logged(rig, 'can renew again');
      await transport.broker.publish([message('last')], { timeout: 5_000 });
      expect(await takeIds(consumer)).toEqual(['last']);
    }),
  );

  it(
    'a wake-up that reaches a consumer that receives nothing is passed on',
    proxied(async (rig, proxy) => {
      const before = await clients(rig);
      const transport = await rig.connected(proxy.url);
      const main = await clients(rig);
      const consumer = await consume(transport, { renew: true, lease: LEASE, maxWait: 60_000 });
      const [keeper] = (await clients(rig)).filter((id) => !before.includes(id) && !main.includes(id));
      const stop = new AbortController();
      const receiving = consumer.receive(1, stop.signal);
      await proxy.request('blpop');
      const other = await consume(await rig.connected(), { maxWait: 60_000 });
      const received = takeIds(other);
      await untilBlocked(rig, 2);
      proxy.refuse = true;
      await rig.admin.client('KILL', 'ID', keeper!);
      await logged(rig, 'cannot renew');
      // The consumer has waited for longer than the other one, so it gets the wake-up.
      await (await rig.connected()).broker.publish([message('a')], { timeout: 5_000 });
      expect(await received).toEqual(['a']);
      stop.abort();
      expect(await receiving).toEqual([]);
    }),
  );

  it(
    'what its thread cannot be told is refused at boot, by name; a process without a worker needs no thread',
    rigged(async (rig) => {
      const lookup = (): void => {};
      const transport = await rig.connected(undefined, { connection: { connectionName: rig.prefix, lookup } });
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const refusal = { code: 'INVALID_OPTION', option: 'connection.lookup' };
      await expect(consume(transport, { renew: true })).rejects.toMatchObject(refusal);
      expect(() => rig.transport(undefined, { connection: { keyPrefix: 'mine:' } })).toThrow(
        expect.objectContaining({ code: 'INVALID_OPTION', option: 'connection.keyPrefix' }),
      );
      expect(await rig.admin.hlen(rig.key('msg', QUEUE))).toBe(1);
    }),
  );
});

/** Ids of the rig's clients at the server, in the order in which they connected. */
async function clients(rig: Rig): Promise<string[]> {
  const lines = String(await rig.admin.client('LIST')).split('\n');
  return lines.filter((line) => line.includes(` name=${rig.prefix} `)).map((line) => /id=(\d+)/.exec(line)![1]!);
}

async function logged(rig: Rig, text: string): Promise<void> {
  while (!rig.logged.some(({ message }) => message.includes(text))) await new Promise((resolve) => setTimeout(resolve, 10));
}
