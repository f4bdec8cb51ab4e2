import { consume, message, never, QUEUE, Rig, rigged, settleAll } from './rig.js';

const WAIT = { timeout: 5_000 };
const ROUNDS = 3;
const RETENTION = 60_000;

const batch = (name: string, traced: boolean) => Array.from({ length: 500 }, (_, number) => message(`${name}-${number}`, { traced }));

/** Calls `step` some times, lets everything lapse, and calls it as often again. */
async function beforeAndAfter(rig: Rig, step: (name: string) => Promise<unknown>): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) await step(`before-${round}`);
  rig.shift += RETENTION + 1;
  for (let round = 0; round < ROUNDS; round++) await step(`after-${round}`);
}

describe('rule 33: what is stored with an end is pruned at least as fast as it is added', () => {
  it(
    'traces of ids that are sent in batches',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await beforeAndAfter(rig, (name) => transport.broker.publish(batch(name, true), WAIT));
      expect(await rig.admin.zcard(rig.key('trace'))).toBe(500 * ROUNDS);
    }),
  );

  it(
    'traces of ids that end, alone or in batches',
    rigged(async (rig) => {
      const transport = await rig.connected();
      const consumer = await consume(transport);
      await beforeAndAfter(rig, async (name) => {
        await transport.broker.publish(batch(name, false), WAIT);
        const [first, ...others] = await consumer.receive(500, never());
        await settleAll(consumer, others, { kind: 'ack', traced: true });
        await settleAll(consumer, [first!], { kind: 'deadLetter', reason: 'r', detail: 'd', attempts: [], traced: true });
      });
      expect(await rig.admin.zcard(rig.key('trace'))).toBe(500 * ROUNDS);
    }),
  );

  it(
    'marks of revoked ids, and ids that are waited for',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await beforeAndAfter(rig, (name) => transport.broker.revoke(batch(name, false).map(({ id }) => id), { terminate: true })); // prettier-ignore
      expect(await rig.admin.zcard(`${rig.prefix}:revoked`)).toBe(500 * ROUNDS);
      expect(await rig.admin.zcard(`${rig.prefix}:terminate`)).toBe(500 * ROUNDS);
    }),
  );
});

describe('marks of revoked messages', () => {
  const revokedKey = (rig: Rig) => `${rig.prefix}:revoked`;

  it(
    'go with the last of them, also where nobody receives or revokes any more',
    rigged(async (rig) => {
      const transport = await rig.connected(rig.url, { revokesExpire: RETENTION });
      await transport.broker.revoke(['a'], { terminate: true });
      for (const key of [revokedKey(rig), `${rig.prefix}:terminate`]) {
        const left = await rig.admin.pttl(key);
        expect(left > 0 && left <= RETENTION).toBe(true);
      }
    }),
  );

  it(
    'stay while there is that of a replaced message, which has no end',
    rigged(async (rig) => {
      const transport = await rig.connected();
      const unique = { key: 'k', until: 'end', onConflict: 'replace', expires: null } as const;
      await transport.broker.revoke(['a'], { terminate: false });
      await transport.broker.publish([message('first', { unique })], WAIT);
      await transport.broker.publish([message('second', { unique })], WAIT);
      expect(await rig.admin.pttl(revokedKey(rig))).toBe(-1);
      await transport.broker.revoke(['b'], { terminate: false });
      expect(await rig.admin.pttl(revokedKey(rig))).toBe(-1);
      const taken = await (await consume(transport)).receive(5, never());
      expect(taken.map(({ id, revoked, queue }) => [id, revoked, queue])).toEqual([
        ['first', true, QUEUE],
        ['second', false, QUEUE],
      ]);
    }),
  );
});
