import type pg from 'pg';
import type { Engine } from '../engine.js';
import type { FaultServer } from '../fault.js';
import { connectionsExhausted, heldHorizon, backendsTerminated } from '../faults/postgres.js';
import { asking } from '../faults/postgres-session.js';

/** Every commit is on disk before it is answered: what was acknowledged is there after a crash. */
const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', max_connections: 120 };

/** Tables whose rows name no message that is still to be run, and go by themselves or with their queue. */
const MAY_STAY = /^(queue|call|command|waiting|trace|revoked|result.*|join.*|task_record|.*migration.*)$/;
/** Rows that count, where not all do. A key whose holder is over is free: whoever asks for it next has it. */
const counts = (schema: string): Readonly<Record<string, string>> => ({
  claim: 'size > 0',
  unique_key: `exists (select from ${schema}.places_of(array[holder]) p where p.place <> 'dead')`,
});

export function postgresEngine(start: (settings: typeof DURABLE) => Promise<FaultServer>): Engine {
  return {
    name: 'postgres',
    start: () => start(DURABLE),
    firstConnection: { migrate: true },
    leftovers: (url, schema) => asking(url, (client) => rowsLeft(client, schema)),
    faults: [backendsTerminated, connectionsExhausted, heldHorizon],
  };
}

/** The tables of a schema that still hold work or its bookkeeping, such as `claim: 2 rows`. */
async function rowsLeft(client: pg.Client, schema: string): Promise<string[]> {
  const { rows: tables } = await client.query<{ tablename: string }>('select tablename from pg_tables where schemaname = $1', [schema]);
  const left: string[] = [];
  for (const { tablename } of tables.filter((table) => !MAY_STAY.test(table.tablename))) {
    const from = `${client.escapeIdentifier(schema)}.${client.escapeIdentifier(tablename)}`;
    const { rows } = await client.query<{ count: number }>(
      `select count(*)::int from ${from} where ${counts(schema)[tablename] ?? 'true'}`,
    );
    if (rows[0]!.count > 0) left.push(`${tablename}: ${rows[0]!.count} rows`);
  }
  return left;
}
