import type pg from 'pg';
import type { PostgresBroker } from '../../libs/task-queue/src/transports/postgres/postgres-broker.js';
import { freshDatabase } from '../support/services.js';
import { administer, sessionsEnd } from './support/database.js';
import { ack, message, never, Rig } from './support/rig.js';

/** dead rows that vacuum must not remove */
const DEAD = 5_000;
const LOOKS = 120;

let database: Awaited<ReturnType<typeof freshDatabase>>;
let rig: Rig;
let holder: pg.Client;
let transport: Awaited<ReturnType<Rig['transport']>>;
beforeEach(async () => {
  database = await freshDatabase();
  rig = new Rig(database.url);
  transport = await rig.transport();
  holder = await rig.client();
  await holder.query('begin isolation level repeatable read; select 1');
});
afterEach(async () => {
  await rig.close();
  await database.drop();
});

describe('while a transaction holds back vacuum', () => {
  it('rule 24: dead rows of delayed messages are read once a second, not by each look', async () => {
    await bury('delayed', `queue, due, seq, id, head, body`, `'work', now() - interval '1 hour', n, 'm' || n, '5', ''`);
    const seconds = await look(transport.broker as PostgresBroker);
    // Two statements look at due messages: one promotes them, one finds the next.
    expect(await entriesRead('delayed')).toBeLessThan(2 * DEAD * (seconds + 3));
  });

  it('rule 24: dead rows of a limit are read once by a receive, not for each message that it takes', async () => {
    await bury('limited', `queue, key, rank, seq, id, head, body`, `'work', 'k', 4, -n, 'm' || n, '5', ''`);
    const broker = transport.broker as PostgresBroker;
    const limited = Array.from({ length: 60 }, (_, at) => message(`n${at}`, { limit: { key: 'k', intervalMs: 0.001 } }));
    await broker.publish(limited, { timeout: 5_000 });
    const consumer = await rig.consumer(broker, 1);
    let receives = 0;
    for (let left = limited.length; left > 0; receives++) {
      const some = await consumer.receive(100, never);
      left -= some.length;
      await ack(consumer, some);
    }
    await consumer.close();
    expect(await entriesRead('limited')).toBeLessThan(DEAD * (10 + 6 * receives));
  });

  it('rule 24: a settlement reads its own claims, not those that were settled before', async () => {
    await look(transport.broker as PostgresBroker);
    expect(await entriesRead('claim', 'claim_pkey')).toBeLessThan(10 * LOOKS);
  });

  it('rule 24: dead revoke marks are not read', async () => {
    await bury('revoked', `id, terminate, until`, `'m' || n, false, now() + interval '1 hour'`);
    await look(transport.broker as PostgresBroker);
    expect(await entriesRead('revoked')).toBeLessThan(DEAD);
  });
});

/** Rows that were there and are gone. */
async function bury(table: string, columns: string, values: string): Promise<void> {
  const name = `${rig.keyPrefix}.${table}`;
  await administer(database.url, `insert into ${name} (${columns}) select ${values} from generate_series(1, ${DEAD}) n`);
  await administer(database.url, `delete from ${name}`);
}

/** Sends, takes and settles one message after the other. @returns the seconds that it took */
async function look(broker: PostgresBroker): Promise<number> {
  const since = performance.now();
  const consumer = await rig.consumer(broker, 1);
  for (let at = 0; at < LOOKS; at++) {
    await broker.publish([message(`n${at}`)], { timeout: 5_000 });
    await ack(consumer, await consumer.receive(1, never));
    await consumer.receive(1, never);
  }
  await consumer.close();
  return (performance.now() - since) / 1_000;
}

/** Entries of the indexes of a table that were read, dead ones included. */
async function entriesRead(table: string, index = '%'): Promise<number> {
  await transport.close();
  const { rows } = await holder.query<{ pid: number }>('select pg_backend_pid() as pid');
  await sessionsEnd(database.url, [rows[0]!.pid]);
  const [found] = await administer<{ read: number }>(
    database.url,
    `select sum(idx_tup_read)::float8 as read from pg_stat_user_indexes where schemaname = '${rig.keyPrefix}' and relname = '${table}' and indexrelname like '${index}'`,
  );
  return found!.read;
}
