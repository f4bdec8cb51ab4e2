import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import type { Publication } from '../../libs/task-queue/src/core/ports/broker/publication.js';
import { Publisher } from '../../libs/task-queue/src/core/client/publish/publisher.js';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import type { PostgresBroker } from '../../libs/task-queue/src/transports/postgres/postgres-broker.js';
import { freshDatabase } from '../support/services.js';
import { ack, message, never, Rig } from './support/rig.js';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let rig: Rig;
beforeAll(async () => (database = await freshDatabase()));
afterAll(() => database.drop());
beforeEach(() => void (rig = new Rig(database.url)));
afterEach(() => rig.close());

const unique = { key: 'k', expires: null, until: 'end', onConflict: 'existing' } as const;

describe('while a transaction of the application is open', () => {
  let broker: PostgresBroker;
  let application: pg.Client;
  beforeEach(async () => {
    broker = await rig.broker();
    application = await rig.client();
    await application.query('begin');
  });

  it.each<[string, Publication, { readonly traced: boolean; readonly publish?: readonly Publication[] }]>([
    ['its unique key', message('holder', { fresh: true, unique }), { traced: false, publish: [message('link', { unique })] }],
    ['its id', message('m0', { traced: true }), { traced: true }],
  ])('rule 35: a settlement that needs %s holds up no other, and is repeated until it is free', async (_what, holder, waiting) => {
    await broker.publish(Array.from({ length: 8 }, (_unused, at) => message(`m${at}`, { fresh: true })), { timeout: 5_000 }); // prettier-ignore
    const consumer = await rig.consumer(broker);
    const [first, second, ...others] = await consumer.receive(8, never);
    await within(holder);
    const held = consumer.settle([
      { delivery: first!, kind: 'ack', ...waiting },
      { delivery: second!, kind: 'ack', traced: true },
    ]);
    for (const other of others) expect(await ack(consumer, [other])).toEqual([{ id: other.id, accepted: true }]);
    await until(async () => (await leased()) === 1);
    await application.query('commit');
    expect((await held).map(({ accepted }) => accepted)).toEqual([true, true]);
    expect(await leased()).toBe(0);
  });

  it('rule 35: a call that needs its unique key holds up no other call of the tick', async () => {
    await within(message('holder', { fresh: true, unique }));
    const publisher = new Publisher(broker, 5_000, systemClock);
    const calls = ['a', 'b', 'c', 'd'].map((id) => publisher.send(message(id, { fresh: true, ...(id === 'b' && { unique }) }), null));
    const [a, b, c, d] = calls as [Promise<unknown>, Promise<unknown>, Promise<unknown>, Promise<unknown>];
    expect(await Promise.all([a, c, d])).toEqual(['a', 'c', 'd'].map((id) => ({ id, deduplicated: false })));
    await application.query('commit');
    expect(await b).toEqual({ id: 'holder', deduplicated: true });
  });

  it('rule 35: a call that needs its unique key longer than it may take was not sent', async () => {
    await within(message('holder', { fresh: true, unique }));
    const late = broker.publish([message('late', { unique })], { timeout: 500 });
    await expect(late).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  });

  async function within(holder: Publication): Promise<void> {
    const session = { query: (text: string, values: readonly unknown[]) => application.query(text, [...values]) as never };
    await broker.transactional.publishWithin(session, [holder], { timeout: 1_000 });
  }

  async function leased(): Promise<number> {
    const client = await rig.client();
    const { rows } = await client.query<{ open: number }>(
      `select coalesce(sum(length(replace(settled::text, '1', ''))), 0)::int as open from ${rig.keyPrefix}.claim where size > 0`,
    );
    return rows[0]!.open;
  }
});

describe('the short wait for locks of applications', () => {
  const publication = { n: 0, id: 'a', queue: 'work', head: '5', body: '', fresh: true };

  it('rule 35: is over when a publish commits, which waits in the line for NOTIFY', async () => {
    await rig.broker();
    const client = await rig.client();
    await client.query(`begin; set local lock_timeout = '7s'`);
    await client.query(`select ${rig.keyPrefix}.publish(1, 1, '{}', $1, 0, 0)`, [JSON.stringify([publication])]);
    expect((await client.query('show lock_timeout')).rows).toEqual([{ lock_timeout: '7s' }]);
    await client.query('rollback');
  });

  it('rule 5: does not end a repeated settle call before the first copy has ended', async () => {
    await rig.broker();
    const [first, second] = [await rig.client(), await rig.client()];
    const settle = (again: boolean) => `select ${rig.keyPrefix}.settle(1, 1, ${again}, '{1}', '{1}', null, null, null, 0, 0, 0)`;
    await first.query(`insert into ${rig.keyPrefix}.claim values (1, 1, 'work', now() + interval '1 min', 1, b'0', false, 'a', '5', '')`);
    await first.query(`begin; ${settle(false)}`);
    await second.query(`set lock_timeout = '20ms'`);
    const repeated = second.query(settle(true)).catch((error: unknown) => error);
    await Promise.race([repeated, new Promise((resolve) => setTimeout(resolve, 200))]);
    await first.query('commit');
    expect(await repeated).toMatchObject({ rows: [{ settle: '' }] });
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}
