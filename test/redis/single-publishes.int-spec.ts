import { PublishUncertainError } from '../../libs/task-queue/src/core/errors/publish-errors.js';
import { proxied } from './proxied.js';
import { consume, message, never, QUEUE, rigged, settleAll, takeIds, type Rig } from './rig.js';

const TIMEOUT = { timeout: 5_000 };

describe('a single message to a known queue', () => {
  it(
    'can be revoked and found right after the server was emptied',
    rigged(async (rig) => {
      const transport = await known(rig);
      await rig.admin.unlink(...(await rig.admin.keys(`${rig.prefix}:*`)));
      await transport.broker.publish([message('a')], TIMEOUT);
      await transport.broker.publish([message('b')], TIMEOUT);
      expect(await transport.inspector.locate(['b'])).toEqual([{ queue: QUEUE, place: 'ready' }]);
      await transport.broker.revoke(['b'], { terminate: false });
      expect(await takeIds(await consume(transport))).toEqual(['b', 'a']);
    }),
  );

  it(
    'is taken once when its answer was cut off and it is asked again',
    proxied(async (rig, proxy) => {
      const transport = await known(rig, proxy.url);
      proxy.loseAnswerTo('body of a');
      const sent = transport.broker.publish([message('a')], TIMEOUT);
      await proxy.request('body of a');
      proxy.heal();
      proxy.cut();
      expect(await sent).toEqual([{ id: 'a', deduplicated: false }]);
      expect(await rig.admin.lrange(rig.key('ready:5'), 0, -1)).toEqual(['a']);
    }),
  );

  it(
    'brings nothing in when its lost call arrives after it was sent again and has finished',
    proxied(async (rig, proxy) => {
      const transport = await known(rig, proxy.url);
      const consumer = await consume(await rig.connected());
      proxy.dropRequests = true;
      const lost = proxy.request('body of a');
      await expect(transport.broker.publish([message('a')], { timeout: 200 })).rejects.toThrow(PublishUncertainError);
      proxy.heal();
      proxy.cut();
      await transport.broker.publish([message('a')], TIMEOUT);
      await settleAll(consumer, await consumer.receive(1, never()));
      await proxy.arriveLate(await lost);
      expect(await takeIds(consumer)).toEqual([]);
    }),
  );

  it(
    'changes nothing if its id exists, and answers the same when repeated',
    proxied(async (rig, proxy) => {
      const transport = await known(rig, proxy.url);
      await transport.broker.publish([message('a')], TIMEOUT);
      proxy.loseAnswerTo('body of a');
      const sent = transport.broker.publish([message('a')], TIMEOUT);
      await proxy.request('body of a');
      proxy.heal();
      proxy.cut();
      expect(await sent).toEqual([{ id: 'a', deduplicated: true }]);
      expect(await rig.admin.lrange(rig.key('ready:5'), 0, -1)).toEqual(['a']);
    }),
  );

  it(
    'leaves nothing behind where a key of the queue is of a wrong type',
    rigged(async (rig) => {
      const transport = await known(rig);
      for (const name of ['ready:5', 'msg']) {
        const key = rig.key(name);
        await rig.admin.del(key);
        await rig.admin.set(key, 'text');
        await expect(transport.broker.publish([message('a')], TIMEOUT)).rejects.toMatchObject({ code: 'BROKER_REFUSED' });
        await rig.admin.del(key);
      }
      expect(await transport.broker.publish([message('a')], TIMEOUT)).toEqual([{ id: 'a', deduplicated: false }]);
      expect(await rig.admin.hkeys(rig.key('msg'))).toEqual(['a']);
    }),
  );
});

/** A transport that has just published to the queue, which is empty again. */
async function known(rig: Rig, url?: string) {
  const transport = await rig.connected(url);
  await transport.broker.publish([message('first')], TIMEOUT);
  await transport.inspector.purge(QUEUE);
  return transport;
}
