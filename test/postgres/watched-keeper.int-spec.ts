import { freshDatabase } from '../support/services.js';
import { message, never, Rig } from './support/rig.js';

const LEASE = 1_500;

describe('rule 30: the keeper of claims is watched', () => {
  it('without its connection, the main connection renews, and nothing more is received', async () => {
    const database = await freshDatabase();
    const rig = new Rig(database.url);
    try {
      const { proxy, url } = await rig.proxy();
      const broker = await rig.broker(url);
      const events = { lost: () => {}, revoked: () => {} };
      const consumer = await broker.consume(['work'], { lease: LEASE, maxLoopBlock: 60_000, maxWait: 100, events });
      expect(consumer.renewing).toBe(true);
      await broker.publish([message('long')], { timeout: 5_000 });
      const [held] = await consumer.receive(1, never);

      const admin = await rig.client();
      const ask = async (text: string) => (await admin.query<{ value: number }>(text)).rows[0]!.value;
      proxy.refuse = true;
      const keeper = `query like '%${rig.keyPrefix}.extend(%' and pid <> pg_backend_pid()`;
      expect(await ask(`select count(pg_terminate_backend(pid))::int as value from pg_stat_activity where ${keeper}`)).toBe(1);
      await until(() => consumer.renewing === false);
      const ends = await ask(`select extract(epoch from clock_timestamp())::float8 + ${LEASE / 1_000} as value`);
      const renewed = `select extract(epoch from max(lease_until))::float8 as value from ${rig.keyPrefix}.claim`;
      while ((await ask(renewed)) < ends + LEASE / 1_000);
      expect(consumer.holds(held!)).toBe(true);
      await broker.publish([message('next')], { timeout: 5_000 });
      expect(await consumer.receive(1, never)).toEqual([]);

      proxy.heal();
      await until(() => consumer.renewing === true);
      expect((await consumer.receive(1, never)).map(({ id }) => id)).toEqual(['next']);
    } finally {
      await rig.close();
      await database.drop();
    }
  });
});

async function until(met: () => boolean): Promise<void> {
  while (!met()) await new Promise((resolve) => setTimeout(resolve, 10));
}
