import type { Publication } from '../../libs/task-queue/src/core/ports/broker/publication.js';
import { administer, sessionsEnd } from './support/database.js';
import { ack, message, never, Rig } from './support/rig.js';
import { freshDatabase } from '../support/services.js';

/** rows of each table after the bulk load: a scan of one table would read more than everything else together */
const ROWS = 20_000;
/** calls after which a session keeps a plan, on each of the three connections */
const CALLS = 24;

let database: Awaited<ReturnType<typeof freshDatabase>>;
let rig: Rig;
beforeEach(async () => {
  database = await freshDatabase();
  rig = new Rig(database.url);
});
afterEach(async () => {
  await rig.close();
  await database.drop();
});

describe('plans of sessions that were idle on empty tables', () => {
  it('rule 36: no statement reads a whole table after a bulk load', async () => {
    const transport = await rig.transport();
    const { broker, results } = transport;
    const schema = rig.keyPrefix;
    await administer(database.url, `vacuum (analyze)`);
    const consumer = await rig.consumer(broker, 1);
    const rest = { until: 'end', expires: null, onConflict: 'reject' } as const;
    const round = async (at: string): Promise<void> => {
      const mixed: Publication[] = [message(`fresh-${at}`, { fresh: true }), message(`known-${at}`), message(`traced-${at}`, { traced: true }),
        message(`unique-${at}`, { unique: { key: `k-${at}`, ...rest } }), message(`later-${at}`, { due: { delay: 1 } })]; // prettier-ignore
      for (const one of mixed) await broker.publish([one], { timeout: 5_000 });
      const some = await consumer.receive(8, never);
      await consumer.extend(some);
      await ack(consumer, some);
      await results.load([`fresh-${at}`]);
    };
    for (let at = 0; at < CALLS; at++) await consumer.receive(8, never);
    for (let at = 0; at < CALLS; at++) await round(`idle${at}`);
    await administer(database.url, `vacuum (analyze)`);
    for (let at = 0; at < CALLS; at++) await consumer.receive(8, never);

    await administer(database.url, bulk(schema));
    const before = await reads(database.url, schema);
    for (let at = 0; at < 4; at++) await round(`loaded${at}`);
    await ack(consumer, await consumer.receive(500, never));
    await consumer.close();
    await transport.close();
    await sessionsEnd(database.url);
    const after = await reads(database.url, schema);
    const scanned = Object.keys(after).filter((table) => after[table]! - (before[table] ?? 0) >= ROWS);
    expect(scanned).toEqual([]);
  });
});

const bulk = (schema: string): string => `
  insert into ${schema}.queue (name) select 'queue' || n from generate_series(1, ${ROWS}) n;
  insert into ${schema}.ready (queue, rank, seq, id, head, body)
    select 'work', 4, nextval('${schema}.place'), 'ready' || n, '5', '' from generate_series(1, ${ROWS}) n;
  insert into ${schema}.delayed (queue, due, seq, id, head, body)
    select 'work', now() + interval '1 hour', nextval('${schema}.place'), 'delayed' || n, '5', '' from generate_series(1, ${ROWS}) n;
  insert into ${schema}.limited (queue, key, rank, seq, id, head, body)
    select 'other', 'key', 4, nextval('${schema}.place'), 'limited' || n, '5', '' from generate_series(1, ${ROWS}) n;
  insert into ${schema}.dead (queue, seq, id, head, body, told, died_at)
    select 'work', nextval('${schema}.place'), 'dead' || n, '5', '', '{}', now() from generate_series(1, ${ROWS}) n;
  insert into ${schema}.trace (id, until) select 'trace' || n, now() + interval '1 day' from generate_series(1, ${ROWS}) n;
  insert into ${schema}.revoked (id, terminate, until) select 'mark' || n, false, now() + interval '1 day' from generate_series(1, ${ROWS}) n;
  insert into ${schema}.unique_key (queue, key, holder) select 'work', 'key' || n, 'dead' || n from generate_series(1, ${ROWS}) n;
  insert into ${schema}.result (id, terminal, retries, record, expires_at)
    select 'done' || n, true, 0, '{}', now() + interval '1 day' from generate_series(1, ${ROWS}) n;`;

/** The rows that scans and indexes have read, by table. */
async function reads(url: string, schema: string): Promise<Record<string, number>> {
  const rows = await administer<{ table: string; read: number }>(
    url,
    `select relname as table, (seq_tup_read + coalesce(idx_tup_fetch, 0))::float8 as read from pg_stat_user_tables where schemaname = '${schema}'`,
  );
  return Object.fromEntries(rows.map(({ table, read }) => [table, read]));
}
