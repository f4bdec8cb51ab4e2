import { startPrivateRedis } from '../support/services.js';
import { consume, message, never, QUEUE, Rig, rigged, settleAll } from './rig.js';

const WAIT = { timeout: 20_000 };
/** µs: far more than a bounded script takes, far less than one that walks the list for each id */
const TOO_LONG = 250_000;

const numbered = (count: number) => Array.from({ length: count }, (_, number) => `n${number}`);

describe('rule 33: revoking in a long queue', () => {
  it('no call walks the queue once for each id, whatever is revoked; what is not found ends in its turn', async () => {
    const server = await startPrivateRedis({ args: ['--slowlog-log-slower-than', String(TOO_LONG)] });
    const rig = new Rig(server.url);
    try {
      const transport = await rig.connected();
      const ids = numbered(100_000);
      await transport.broker.publish(
        ids.map((id) => message(id)),
        WAIT,
      );
      const consumer = await consume(transport);
      const held = await consumer.receive(500, never());
      const middle = ids.slice(50_000, 50_500);
      await transport.broker.revoke([...held.map(({ id }) => id), ...middle, ...ids.slice(-500)], { terminate: false });
      expect(await rig.admin.slowlog('GET', 10)).toEqual([]);
      const front = await consumer.receive(500, never());
      expect(front.every(({ id, revoked }) => revoked && Number(id.slice(1)) >= 99_500)).toBe(true);
      await rig.admin.ltrim(rig.key('ready:5'), -49_500, -1);
      await settleAll(consumer, front);
      const turn = await consumer.receive(500, never());
      expect([turn.length, turn.every(({ revoked }) => revoked)]).toEqual([500, true]);
    } finally {
      await rig.close();
      await server.stop();
    }
  });

  it(
    'a single message is found at any depth of a queue of usual length, whatever its place',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('late', { due: { delay: 3_600_000 } })], WAIT);
      await transport.broker.publish(
        numbered(5_000).map((id, at) => message(id, { priority: at < 20 ? 0 : 5 })),
        WAIT,
      );
      for (const id of ['n0', 'n20', 'n2500', 'n4999', 'late']) await transport.broker.revoke([id], { terminate: false });
      const taken = await (await consume(transport)).receive(5, never());
      expect(taken.map(({ id, revoked }) => [id, revoked])).toEqual(['n0', 'n20', 'n2500', 'n4999', 'late'].map((id) => [id, true]));
      expect((await transport.inspector.counts(QUEUE)).ready).toBe(4_996);
    }),
  );
});
