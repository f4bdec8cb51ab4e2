import { describe, expect, it } from '@jest/globals';
import { scripts } from '../../libs/task-queue/src/transports/redis/connection/scripts.js';
import { consume, message, never, takeIds } from './rig.js';
import { proxied } from './proxied.js';

const WAIT = { timeout: 5_000 };

describe('receives on Redis', () => {
  it(
    'of plain messages are one call of the short script, also to a consumer that holds nothing',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      const consumer = await consume(transport);
      const asked: string[] = [];
      for (const name of ['receive', 'receivePlain'] as const) void proxy.request(scripts[name].sha).then(() => asked.push(name));
      await transport.broker.publish([message('a'), message('b')], WAIT);
      expect(await takeIds(consumer)).toEqual(['a', 'b']);
      expect(asked).toEqual(['receivePlain']);
    }),
  );

  it(
    'of anything else go on with the full script, and lose nothing on the way',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      const consumer = await consume(transport);
      const asked: string[] = [];
      for (const name of ['receive', 'receivePlain'] as const) void proxy.request(scripts[name].sha).then(() => asked.push(name));
      await transport.broker.publish([message('usual'), message('urgent', { priority: 9 })], WAIT);
      expect(await takeIds(consumer)).toEqual(['urgent', 'usual']);
      expect(asked).toEqual(['receivePlain', 'receive']);
    }),
  );

  it(
    'go on with the short script while there are marks of revoked messages, and name them',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      const consumer = await consume(transport);
      await transport.broker.revoke(['b', 'ended long ago'], { terminate: false });
      const asked: string[] = [];
      for (const name of ['receive', 'receivePlain'] as const) void proxy.request(scripts[name].sha).then(() => asked.push(name));
      await transport.broker.publish([message('a'), message('b')], WAIT);
      const taken = await consumer.receive(2, never());
      expect(taken.map(({ id, revoked }) => [id, revoked])).toEqual([
        ['a', false],
        ['b', true],
      ]);
      expect(asked).toEqual(['receivePlain']);
    }),
  );
});
