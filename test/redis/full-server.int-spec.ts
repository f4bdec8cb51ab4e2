import { BrokerFullError } from '../../libs/task-queue/src/core/errors/publish-errors.js';
import { startPrivateRedis, type PrivateRedis } from '../support/services.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { consume, message, never, QUEUE, Rig, settleAll, takeIds, untilBlocked } from './rig.js';

describe('rule 20: a full server refuses new work and still finishes the old', () => {
  let server: PrivateRedis;
  let rig: Rig;

  beforeEach(async () => {
    server = await startPrivateRedis({ args: ['--maxmemory-policy', 'noeviction'] });
    rig = new Rig(server.url);
  });
  afterEach(async () => {
    await rig.admin.config('SET', 'maxmemory', '0');
    await rig.close();
    await server.stop();
  });

  /** Every write that is not allowed when out of memory is refused from here on. */
  const fill = () => rig.admin.config('SET', 'maxmemory', '1');

  it('publishing fails with a typed error at once, and stores nothing', async () => {
    const transport = await rig.connected();
    await fill();
    await expect(transport.broker.publish([message('a')], { timeout: 5_000 })).rejects.toThrow(BrokerFullError);
    expect(await transport.inspector.queues()).toEqual([]);
  });

  it('waiting messages can be received, renewed, settled in every way with results, and swept', async () => {
    const transport = await rig.connected();
    await transport.broker.publish(
      ['a', 'b', 'c', 'd', 'e'].map((id) => message(id)),
      { timeout: 5_000 },
    );
    const consumer = await consume(transport);
    await fill();
    const [a, b, c, d, e] = await consumer.receive(5, never());
    expect((await consumer.extend([a!, b!])).lost).toEqual([]);
    const record = { id: 'a', state: 'SUCCESS', retries: 0, at: 1 };
    const receipts = await consumer.settle([
      { delivery: a!, kind: 'ack', traced: true, result: { record, expires: 60_000 } },
      { delivery: b!, kind: 'retry', body: 'again', priority: 5, due: { delay: 60_000 } },
      { delivery: c!, kind: 'release', delay: 0, charge: true },
      { delivery: d!, kind: 'deadLetter', reason: 'r', detail: 'd', attempts: [], traced: false },
    ]);
    expect(receipts.every(({ accepted }) => accepted)).toBe(true);
    expect(await transport.results.load(['a'])).toEqual([record]);
    await transport.broker.revoke(['b'], { terminate: false });
    const progress = { id: 'e', state: 'PROGRESS', retries: 0, at: 1 };
    expect(await transport.results.save([progress], 60_000)).toEqual([true]);
    rig.shift += 20_000;
    const ids = (await (await heir(rig)).receive(5, never())).map(({ id }) => id);
    expect(ids.sort()).toEqual(['b', 'c', 'e']);
    expect(await settleAll(consumer, [e!])).toEqual([false]);
    expect(await transport.inspector.counts(QUEUE)).toEqual({ ready: 0, delayed: 0, limited: 0, leased: 3, suspects: 0, dead: 1 });
  });

  it('messages of an abandoned receive are released', async () => {
    const proxy = await TcpProxy.before(rig.url);
    const transport = await rig.connected(proxy.url);
    await transport.broker.publish([message('a')], { timeout: 5_000 });
    await fill();
    const consumer = await consume(transport);
    const abort = new AbortController();
    const asked = proxy.request(':void:');
    const receiving = consumer.receive(1, abort.signal);
    await asked;
    abort.abort();
    expect(await receiving).toEqual([]);
    expect(await takeIds(consumer)).toEqual(['a']);
    await proxy.stop();
  });

  it('an unused wake-up is handed on', async () => {
    const transport = await rig.connected();
    await transport.broker.publish([message('a')], { timeout: 5_000 });
    const holder = await consume(transport);
    const held = await holder.receive(1, never());
    const [gone, other] = [await consume(transport, { maxWait: 30_000 }), await consume(await rig.connected(), { maxWait: 30_000 })];
    const abort = new AbortController();
    const waiting = gone.receive(1, abort.signal);
    await untilBlocked(rig, 1);
    const others = takeIds(other);
    await untilBlocked(rig, 2);
    abort.abort();
    expect(await waiting).toEqual([]);
    await fill();
    await settleAll(holder, held, { kind: 'release', delay: 0, charge: false });
    expect(await others).toEqual(['a']);
  });
});

/** A consumer whose connection is old enough to sweep. */
async function heir(rig: Rig) {
  const consumer = await consume(await rig.connected());
  rig.shift += 5_001;
  return consumer;
}
