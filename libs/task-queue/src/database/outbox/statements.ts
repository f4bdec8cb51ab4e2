/** The SQL of the outbox, for one schema. Each statement is one round trip. */
export interface OutboxStatements {
  /** Writes rows, and notifies relays if one waits. $1 queues, $2 publications */
  readonly write: string;
  /**
   * The queues that have rows, each found by one step in the index, and the oldest open transaction.
   * $1 queues, $2 the last row of each that is not looked at
   */
  readonly queues: string;
  /** Locks a queue for this transaction unless another relay has it. $1 queue */
  readonly lock: string;
  /** The next rows of a queue; it has seen all of transactions below `oldest`, and none of those from `next` on. $1 queue, $2 limit, $3 the seq after which it looks */
  readonly next: string;
  /** Removes rows. $1 seqs */
  readonly remove: string;
  /** Marks a row as refused. $1 seq, $2 why */
  readonly refuse: string;
  /** Sets until when writers notify a relay, and forgets dead relays. $1 relay, $2 ms */
  readonly wait: string;
  /** Counts rows, and the age of the oldest. */
  readonly stats: string;
  readonly listen: string;
  readonly unlisten: string;
}

const OLDEST = 'pg_snapshot_xmin(pg_current_snapshot())::text AS oldest';

export function outboxStatements(schemaName: string): OutboxStatements {
  const schema = quoteIdentifier(schemaName);
  const channel = `${schemaName}.outbox`;
  return {
    write: `WITH written AS (
      INSERT INTO ${schema}.outbox (queue, publication) SELECT * FROM unnest($1::text[], $2::bytea[])
    ) SELECT pg_notify(${quoteText(channel)}, '') WHERE EXISTS (SELECT FROM ${schema}.outbox_relay WHERE waiting_until > clock_timestamp())`,
    // Between two ends, it looks behind the first, and then for other queues before the second.
    queues: `WITH RECURSIVE ends AS (
      SELECT e.queue, e.seq, pg_catalog.lead(e.queue) OVER (ORDER BY e.queue) AS next
      FROM (SELECT '' COLLATE "C", 0 UNION ALL SELECT * FROM unnest($1::text[], $2::bigint[])) e(queue, seq)
    ), waiting(queue, next) AS (
      SELECT ${firstQueue(schema, '(o.queue, o.seq) > (e.queue, e.seq)', 'e.next')}, e.next FROM ends e
      UNION ALL
      SELECT ${firstQueue(schema, 'o.queue > w.queue', 'w.next')}, w.next FROM waiting w WHERE w.queue IS NOT NULL
    ) SELECT ARRAY(SELECT queue FROM waiting WHERE queue IS NOT NULL ORDER BY queue) AS queues, ${OLDEST}`,
    lock: `SELECT pg_try_advisory_xact_lock(pg_catalog.hashtextextended(${quoteText(`${channel}/`)} || $1, 0)) AS granted`,
    next: `SELECT seq, publication, extract(epoch FROM clock_timestamp() - written_at)::float8 * 1000 AS age,
        ${OLDEST}, pg_snapshot_xmax(pg_current_snapshot())::text AS next
      FROM ${schema}.outbox WHERE queue = $1 AND seq > $3 AND refused IS NULL ORDER BY seq LIMIT $2`,
    remove: `DELETE FROM ${schema}.outbox WHERE seq = ANY($1::bigint[])`,
    refuse: `UPDATE ${schema}.outbox SET refused = $2 WHERE seq = $1`,
    wait: `WITH died AS (DELETE FROM ${schema}.outbox_relay WHERE waiting_until < clock_timestamp() - interval '1 day')
      INSERT INTO ${schema}.outbox_relay (relay, waiting_until) VALUES ($1, clock_timestamp() + $2 * interval '1 millisecond')
      ON CONFLICT (relay) DO UPDATE SET waiting_until = excluded.waiting_until`,
    stats: `SELECT count(*) FILTER (WHERE refused IS NULL)::float8 AS waiting, count(*) FILTER (WHERE refused IS NOT NULL)::float8 AS refused,
      coalesce(extract(epoch FROM clock_timestamp() - min(written_at) FILTER (WHERE refused IS NULL))::float8 * 1000, 0) AS lag
      FROM ${schema}.outbox`,
    listen: `LISTEN ${quoteIdentifier(channel)}`,
    unlisten: `UNLISTEN ${quoteIdentifier(channel)}`,
  };
}

/** The first queue with a row of these, before queue `next` unless that is null. Two statements, because each bounds the index. */
function firstQueue(schema: string, rows: string, next: string): string {
  const first = (bound: string): string =>
    `(SELECT o.queue FROM ${schema}.outbox o WHERE o.refused IS NULL AND ${rows}${bound} ORDER BY o.queue, o.seq LIMIT 1)`;
  return `CASE WHEN ${next} IS NULL THEN ${first('')} ELSE ${first(` AND o.queue < ${next}`)} END`;
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
