import { jest } from '@jest/globals';
import { startPrivateRedis } from '../support/services.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { consume, LEASE, message, never, Rig, rigged, SEASONED, settleAll, takeIds } from './rig.js';

describe('rule 8: no sweep after our own outage', () => {
  it(
    'a consumer whose connection broke leaves expired leases alone for five seconds',
    rigged(async (rig) => {
      const proxy = await TcpProxy.before(rig.url);
      const transport = await rig.connected(proxy.url);
      const heir = await consume(transport);
      const victim = await consume(await rig.connected());
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      await victim.receive(1, never());
      rig.shift += LEASE + SEASONED;
      proxy.cut();
      // Expired, and the connection is new again.
      await expect(transport.broker.publish([message('b', { due: { delay: 3_600_000 } })], { timeout: 5_000 })).resolves.toHaveLength(1);
      expect(await takeIds(heir)).toEqual([]);
      rig.shift += SEASONED;
      expect(await takeIds(heir)).toEqual(['a']);
      await proxy.stop();
    }),
  );

  it(
    'a frozen server is an outage too: a consumer answered late does not sweep for five seconds more',
    rigged(async (rig) => {
      const proxy = await TcpProxy.before(rig.url);
      const transport = await rig.connected(proxy.url);
      const heir = await consume(transport);
      const victim = await consume(await rig.connected());
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      await victim.receive(1, never());
      rig.shift += SEASONED;
      const asked = proxy.request(':void:');
      const late = takeIds(heir);
      await asked;
      rig.shift += LEASE;
      expect(await late).toEqual([]);
      expect(await takeIds(heir)).toEqual([]);
      rig.shift += SEASONED;
      expect(await takeIds(heir)).toEqual(['a']);
      await proxy.stop();
    }),
  );

  it(
    'after a break nothing is swept before our own leases were renewed: a server that took over may not know their last renewal',
    rigged(async (rig) => {
      const proxy = await TcpProxy.before(rig.url);
      const transport = await rig.connected(proxy.url);
      const consumer = await consume(transport, { renew: true });
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const [held] = await consumer.receive(1, never());
      proxy.cut();
      await transport.broker.publish([message('b', { due: { delay: 3_600_000 } })], { timeout: 5_000 });
      await rig.admin.zadd(rig.key('leased'), 0, `5a:${held!.token}`);
      rig.shift += SEASONED;
      expect(await takeIds(consumer)).toEqual([]);
      expect(await settleAll(consumer, [held!])).toEqual([true]);
      await proxy.stop();
    }),
  );

  it(
    'a server whose clock moves forward is an outage too: nothing is swept before the holders had time to renew',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('running'), message('abandoned')], { timeout: 5_000 });
      const [holder, dead, heir] = [await consume(transport), await consume(transport), await consume(await rig.connected())];
      const [running] = await holder.receive(1, never());
      await dead.receive(1, never());
      rig.shift += SEASONED;
      expect(await takeIds(heir)).toEqual([]);

      // Ours stands still: shifting moves both clocks.
      const before = process.hrtime.bind(process);
      const own = jest.spyOn(process, 'hrtime').mockImplementation(() => [before()[0] - 60, before()[1]]);
      rig.shift += 60_000;
      expect(await takeIds(heir)).toEqual([]);
      expect(await takeIds(heir)).toEqual([]);
      expect((await holder.extend([running!])).lost).toEqual([]);
      rig.shift += SEASONED;
      expect(await takeIds(heir)).toEqual(['abandoned']);
      expect(await settleAll(holder, [running!])).toEqual([true]);
      own.mockRestore();
    }),
  );

  it(
    'an answer that was read late shows no jump of the clock: beside handlers that block the loop, lost work is still taken over',
    rigged(async (rig) => {
      const proxy = await TcpProxy.before(rig.url);
      const transport = await rig.connected(proxy.url);
      const heir = await consume(transport, { lease: 6 * LEASE });
      const victim = await consume(await rig.connected());
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      await victim.receive(1, never());
      const asked = proxy.request(':void:');
      const late = takeIds(heir);
      await asked;
      rig.shift += 2_000;
      expect(await late).toEqual([]);
      expect(await takeIds(heir)).toEqual([]);
      rig.shift += LEASE + SEASONED;
      expect(await takeIds(heir)).toEqual(['a']);
      await proxy.stop();
    }),
  );

  it('a receive that a frozen server answers late sweeps nothing, because all consumers are late then', async () => {
    const server = await startPrivateRedis();
    const rig = new Rig(server.url);
    try {
      const holder = await consume(await rig.connected(), { lease: 1_000, renew: true });
      const other = await rig.connected();
      const heir = await consume(other, { maxWait: 5_000 });
      await other.broker.publish([message('a')], { timeout: 5_000 });
      const [held] = await holder.receive(1, never());
      rig.shift += SEASONED;
      await holder.extend([held!]);
      expect(await takeIds(await consume(other))).toEqual([]);
      const late = heir.receive(1, AbortSignal.timeout(2_500));
      server.pause();
      setTimeout(() => server.resume(), 1_500);
      expect(await late).toEqual([]);
      expect(await settleAll(holder, [held!])).toEqual([true]);
    } finally {
      await rig.close();
      await server.stop();
    }
  });
});

describe('waiting survives its connection', () => {
  it(
    'a blocking read whose connection went silent is given up, and work goes on within seconds',
    rigged(async (rig) => {
      const proxy = await TcpProxy.before(rig.url);
      const transport = await rig.connected(proxy.url);
      const consumer = await consume(transport, { maxWait: 500 });
      expect(await takeIds(consumer)).toEqual([]);
      proxy.loseAnswerTo('blpop');
      expect(await takeIds(consumer)).toEqual([]);
      proxy.heal();
      await (await rig.connected()).broker.publish([message('a')], { timeout: 5_000 });
      expect(await takeIds(consumer)).toEqual(['a']);
      await proxy.stop();
    }),
  );

  it(
    'a cut in the middle of a wait is only a reason to look again',
    rigged(async (rig) => {
      const proxy = await TcpProxy.before(rig.url);
      const consumer = await consume(await rig.connected(proxy.url), { maxWait: 30_000 });
      const waiting = takeIds(consumer);
      await proxy.request('blpop');
      proxy.cut();
      await (await rig.connected()).broker.publish([message('a')], { timeout: 5_000 });
      expect(await waiting).toEqual(['a']);
      await proxy.stop();
    }),
  );

  it('publishers and consumers work again when the server is back', async () => {
    const server = await startPrivateRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
    const rig = new Rig(server.url);
    rig.admin.on('error', () => {});
    try {
      const transport = await rig.connected();
      await transport.broker.publish([message('before')], { timeout: 5_000 });
      const consumer = await consume(transport, { maxWait: 20_000, renew: true });
      const [before] = await consumer.receive(1, never());
      const waiting = takeIds(consumer);
      await server.kill();
      const settled = settleAll(consumer, [before!]);
      const sent = transport.broker.publish([message('after')], { timeout: 15_000 });
      await server.restart();
      expect(await sent).toEqual([{ id: 'after', deduplicated: false }]);
      expect(await settled).toEqual([true]);
      expect(await waiting).toEqual(['after']);
    } finally {
      await rig.close();
      await server.stop();
    }
  });
});

describe('listening survives its connection', () => {
  it(
    'commands and results arrive again after a cut, without a new subscription by the caller',
    rigged(async (rig) => {
      const proxy = await TcpProxy.before(rig.url);
      const [listener, speaker] = [await rig.connected(proxy.url), await rig.connected()];
      const heard: string[] = [];
      let hear = (): void => {};
      await listener.control.listen((command) => {
        heard.push(...(command as { ids: readonly string[] }).ids);
        hear();
      });
      const result = listener.results.wait('a', never());
      await proxy.request('evalsha');
      proxy.cut();
      const record = { id: 'a', state: 'SUCCESS', retries: 0, at: 1 };
      await speaker.results.save([record], 60_000);
      expect(await result).toEqual(record);
      while (heard.length === 0) {
        const told = new Promise<void>((resolve) => (hear = resolve));
        // Nothing is kept for who is not connected yet, so it is said again until it is heard.
        await speaker.control.announce({ type: 'revoke', ids: ['b'], terminate: false });
        await Promise.race([told, new Promise((resolve) => setTimeout(resolve, 20))]);
      }
      expect(heard[0]).toBe('b');
      await proxy.stop();
    }),
  );
});
