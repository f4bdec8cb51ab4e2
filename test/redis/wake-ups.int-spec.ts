import { Redis } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import { consume, message, never, rigged, settleAll, takeIds, untilBlocked } from './rig.js';

const HOUR = 3_600_000;
const BACK = { kind: 'release', delay: 0, charge: true } as const;

describe('rule 7: a wake-up is only a hint', () => {
  it(
    'a receive that saw a suspect while it held work takes it when that is settled, without a wake-up',
    rigged(async (rig) => {
      const transport = await rig.connected();
      const worker = await consume(transport, { maxWait: HOUR, lease: HOUR }, ['other', 'work']);
      await transport.broker.publish([message('suspect')], { timeout: 5_000 });
      for (let times = 0; times < 2; times++) await settleAll(worker, await worker.receive(1, never()), BACK);
      await rig.admin.rename(rig.key('suspects'), rig.key('set-aside'));
      await transport.broker.publish([message('calm', { queue: 'other' })], { timeout: 5_000 });
      const calm = await worker.receive(1, never());
      await rig.admin.rename(rig.key('set-aside'), rig.key('suspects'));
      await rig.admin.del(rig.key('wake'), rig.key('wake', 'other'));

      await pause(5); // so that the next look is at another instant
      const before = worker.lastReceiveAt;
      const waiting = takeIds(worker);
      while (worker.lastReceiveAt === before) await pause(2);
      await settleAll(worker, calm);

      expect(await waiting).toEqual(['suspect']);
    }),
  );
});

describe('rule 19: a wake-up that a frozen worker took', () => {
  it(
    'delays nothing for long: other waiting consumers look by themselves',
    rigged(async (rig) => {
      const transport = await rig.connected();
      const frozen = new Redis(rig.url, { connectionName: rig.prefix });
      const taken = frozen.blpop(rig.key('wake'), 60);
      await untilBlocked(rig, 1);
      const waiting = takeIds(await consume(transport, { maxWait: 120_000 }));
      await untilBlocked(rig, 2);
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      expect(await taken).not.toBeNull();
      expect(await waiting).toEqual(['a']);
      frozen.disconnect();
    }),
  );
});
