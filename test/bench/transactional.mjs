import pg from 'pg';
import { payloadOf } from './load.mjs';
import { messageOf } from './engines/raw-sql.mjs';

/** Few enough that a slow moment is slow for both. */
const TURN = 25;

/**
 * Transactions of an application, each with a row of its own and one task: sent through the queue, and as a bare INSERT of such a row.
 * In turns over one connection.
 */
export async function measureTransactional(queue, url, { oneByOne }) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(TABLES);
    const times = { within: 0, bare: 0 };
    for (let n = -4 * TURN; n < oneByOne; n += TURN) {
      const within = await timeOf(client, n, (payload) => queue.within(client, payload));
      const bare = await timeOf(client, n, (payload) => insertBare(client, payload));
      if (n < 0) continue; // warms up
      times.within += within;
      times.bare += bare;
    }
    return { withinTransaction: (oneByOne / times.within) * 1000, bareInTransaction: (oneByOne / times.bare) * 1000 };
  } finally {
    await client.end();
  }
}

// A row of the queue's own form: its columns, its keys, its storage.
const TABLES = `
  create table post (id bigint generated always as identity primary key, title text not null, body text not null);
  create table bare (like tq.ready including all);
  alter table bare alter seq add generated always as identity`;

async function timeOf(client, from, send) {
  const began = performance.now();
  for (let n = from; n < from + TURN; n++) {
    await client.query('begin');
    await client.query('insert into post (title, body) values ($1, $2)', [`Post ${n}`, 'It was a dark and stormy night.']);
    await send(payloadOf(n));
    await client.query('commit');
  }
  return performance.now() - began;
}

function insertBare(client, payload) {
  const { id, body } = messageOf(payload);
  return client.query('insert into bare (queue, rank, id, head, body) values ($1, $2, $3, $4, $5)', ['bench', 4, id, '5', body]);
}
