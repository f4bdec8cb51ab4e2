import { consume, message, never, rigged, settleAll } from './rig.js';

describe('rule 17: the end of a message consumes its mark', () => {
  it(
    'as a dead letter too, or sending it again would be revoked',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      const consumer = await consume(transport);
      const held = await consumer.receive(1, never());
      await transport.broker.revoke(['a'], { terminate: true });
      expect(await rig.admin.exists(`${rig.prefix}:revoked`, `${rig.prefix}:terminate`)).toBe(2);
      expect(await settleAll(consumer, held, { kind: 'deadLetter', reason: 'r', detail: 'd', attempts: [], traced: false })).toEqual([
        true,
      ]);
      expect(await rig.admin.exists(`${rig.prefix}:revoked`, `${rig.prefix}:terminate`)).toBe(0);
    }),
  );
});
