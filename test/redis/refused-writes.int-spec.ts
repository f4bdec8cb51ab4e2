import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { BrokerFullError } from '../../libs/task-queue/src/core/errors/publish-errors.js';
import type { TaskResultRecord } from '../../libs/task-queue/src/core/message/task-result.js';
import { startPrivateRedis, type PrivateRedis } from '../support/services.js';
import { consume, LEASE, message, never, QUEUE, Rig, SEASONED, settleAll, takeIds } from './rig.js';

const WAIT = { timeout: 5_000 };
const recordOf = (id: string): TaskResultRecord => ({ id, state: 'SUCCESS', retries: 0, at: 1 });

describe('a server that refuses writes for now', () => {
  let server: PrivateRedis;
  let rig: Rig;

  beforeEach(async () => {
    server = await startPrivateRedis({ args: ['--save', '3600 1000000'] });
    rig = new Rig(server.url);
    await failSnapshot();
  });
  afterEach(async () => {
    await snapshots('no');
    await rig.admin.config('SET', 'min-replicas-to-write', '0');
    await rig.close();
    await server.stop();
  });

  /** The server writes its snapshot beside this folder, and cannot rename it. */
  async function failSnapshot(): Promise<void> {
    await snapshots('no');
    await mkdir(path.join(await setting('dir'), await setting('dbfilename'), 'taken'), { recursive: true });
    await rig.admin.bgsave();
    while (!(await rig.admin.info('persistence')).includes('rdb_last_bgsave_status:err'));
  }

  const setting = async (name: string) => ((await rig.admin.config('GET', name)) as string[])[1]!;

  /** 'yes' = every write is answered with MISCONF from here on */
  const snapshots = (needed: 'yes' | 'no') => rig.admin.config('SET', 'stop-writes-on-bgsave-error', needed);

  async function untilRefused(kind: string): Promise<void> {
    while (!(await rig.admin.info('errorstats')).includes(`errorstat_${kind}:`));
  }

  it('rule 32: ends wait until it accepts them, with their results; nothing is settled alone or runs again', async () => {
    const transport = await rig.connected();
    await transport.broker.publish([message('a'), message('b')], WAIT);
    const consumer = await consume(transport);
    const [a, b] = await consumer.receive(2, never());
    await snapshots('yes');
    const settled = consumer.settle([
      { delivery: a!, kind: 'ack', traced: false, result: { record: recordOf('a'), expires: 60_000 } },
      { delivery: b!, kind: 'retry', body: 'again', priority: 5, due: { delay: 0 } },
    ]);
    await untilRefused('MISCONF');
    await snapshots('no');
    expect((await settled).map(({ accepted }) => accepted)).toEqual([true, true]);
    expect(await transport.results.load(['a'])).toEqual([recordOf('a')]);
    expect(await takeIds(consumer)).toEqual(['b']);
    expect(rig.logged.filter(({ message: text }) => /refused/.test(text))).toEqual([]);
  });

  it('rule 32: senders and workers learn that it takes nothing, and why', async () => {
    const transport = await rig.connected();
    const consumer = await consume(transport);
    await snapshots('yes');
    await expect(transport.broker.publish([message('a')], WAIT)).rejects.toThrow(BrokerFullError);
    await expect(transport.joins.open([{ id: 'j', members: 1, body: '', expires: 1_000 }])).rejects.toThrow(BrokerFullError);
    await expect(consumer.receive(1, never())).rejects.toThrow(/answers 'MISCONF .*snapshot/);
    await snapshots('no');
    expect(await transport.inspector.queues()).toEqual([]);
  });

  const REFUSALS = [
    ['MISCONF', () => snapshots('yes')],
    ['NOREPLICAS', () => rig.admin.config('SET', 'min-replicas-to-write', '1')],
  ] as const;

  it.each(REFUSALS)('rule 8: %s is an outage: what could not be renewed meanwhile is not swept as soon as it ends', async (_, refuse) => {
    const transport = await rig.connected();
    const [holder, heir] = [await consume(transport), await consume(await rig.connected())];
    await transport.broker.publish([message('a')], WAIT);
    const held = await holder.receive(1, never());
    rig.shift += SEASONED;
    await holder.extend(held);
    expect(await takeIds(heir)).toEqual([]);
    await refuse();
    rig.shift += LEASE;
    expect(await takeIds(heir).catch(() => [])).toEqual([]);
    await snapshots('no');
    await rig.admin.config('SET', 'min-replicas-to-write', '0');
    expect(await takeIds(heir)).toEqual([]);
    expect((await holder.extend(held)).lost).toEqual([]);
    expect(await settleAll(holder, held)).toEqual([true]);
  });

  it.each(REFUSALS)('%s: results, joins, queues and dead letters can be read', async (_, refuse) => {
    const transport = await rig.connected();
    await transport.broker.publish([message('a')], WAIT);
    await transport.results.save([recordOf('done')], 60_000);
    await refuse();
    expect(await transport.results.load(['done'])).toEqual([recordOf('done')]);
    expect(await transport.results.wait('done', never())).toEqual(recordOf('done'));
    expect(await transport.joins.load('j')).toBeNull();
    const { inspector } = transport;
    expect(await inspector.locate(['a'])).toEqual([{ queue: QUEUE, place: 'ready' }]);
    expect([(await inspector.counts(QUEUE)).ready, await inspector.paused()]).toEqual([1, []]);
    expect([(await inspector.heads(QUEUE)).length, (await inspector.deadLetters(QUEUE, { limit: 1 })).letters]).toEqual([1, []]);
    expect(await inspector.findDeadLetters(QUEUE, ['a'])).toEqual([null]);
  });
});
