import type pg from 'pg';
import { freshDatabase } from '../support/services.js';
import { ack, message, never, Rig } from './support/rig.js';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let rig: Rig;
beforeAll(async () => (database = await freshDatabase()));
afterAll(() => database.drop());
beforeEach(() => (rig = new Rig(database.url)));
afterEach(() => rig.close());

describe('rule 20: a server whose disk is full', () => {
  it('refuses what is sent by a typed error at once, and nothing of it was taken', async () => {
    const broker = await rig.broker();
    const client = await rig.client();
    const makeRoom = await fill(client, 'ready');
    await expect(broker.publish([message('a'), message('b')], { timeout: 5_000 })).rejects.toMatchObject({ code: 'BROKER_FULL' });
    await makeRoom();
    const receipts = await broker.publish([message('a'), message('b')], { timeout: 5_000 });
    expect(receipts.map(({ deduplicated }) => deduplicated)).toEqual([false, false]);
  });

  it('rule 32: loses no end of a task while the queue of NOTIFY is full, and refuses what is sent', async () => {
    const broker = await rig.broker();
    const client = await rig.client();
    await broker.publish([message('a')], { timeout: 5_000 });
    const consumer = await rig.consumer(broker);
    const [a] = await consumer.receive(1, never);
    const makeRoom = await fill(client, 'call', '54000');
    await expect(broker.publish([message('b')], { timeout: 5_000 })).rejects.toMatchObject({ code: 'BROKER_FULL' });
    const settled = ack(consumer, [a!]);
    const before = await refusals(client);
    while ((await refusals(client)) < before + 2) await new Promise((resolve) => setImmediate(resolve));
    await makeRoom();
    expect(await settled).toMatchObject([{ id: 'a', accepted: true }]);
  });

  it('loses no end of a task: its settlement waits for room while its lease holds, and is settled once', async () => {
    const transport = await rig.transport();
    const client = await rig.client();
    await transport.broker.publish([message('a'), message('b')], { timeout: 5_000 });
    const consumer = await rig.consumer(transport.broker);
    const [a, b] = await consumer.receive(2, never);
    const makeRoom = await fill(client, 'result');
    const record = { id: 'a', state: 'SUCCESS', retries: 0, at: 1 };
    const settled = consumer.settle([{ delivery: a!, kind: 'ack', traced: false, result: { record, expires: 60_000 } }]);
    while ((await refusals(client)) < 2) await new Promise((resolve) => setImmediate(resolve));
    await makeRoom();
    expect(await settled).toMatchObject([{ id: 'a', accepted: true }]);
    expect(await transport.results.load(['a'])).toEqual([record]);
    expect(await ack(consumer, [b!])).toMatchObject([{ accepted: true }]);
    expect(await consumer.receive(2, never)).toEqual([]);
  });

  /** As the server answers, at the commit, where it has no room. @returns how to end it */
  async function fill(client: pg.Client, table: string, code = '53100'): Promise<() => Promise<unknown>> {
    const schema = rig.keyPrefix;
    await client.query(`
      create sequence ${schema}.refusals;
      create function ${schema}.refuse() returns trigger language plpgsql as $$ begin
        perform nextval('${schema}.refusals');
        raise 'no room' using errcode = '${code}';
      end $$;
      create constraint trigger full_disk after insert on ${schema}.${table} deferrable initially deferred for each row execute function ${schema}.refuse()`);
    return () => client.query(`drop trigger full_disk on ${schema}.${table}`);
  }

  /** A sequence goes on where its transaction is rolled back. */
  async function refusals(client: pg.Client): Promise<number> {
    const { rows } = await client.query<{ count: string }>(
      `select case when is_called then last_value else 0 end as count from ${rig.keyPrefix}.refusals`,
    );
    return Number(rows[0]!.count);
  }
});
