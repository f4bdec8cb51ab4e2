// The child of large.mjs: sustained load on one database, empty or full, in a process of its own.
import pg from 'pg';
import { BATCH, CONCURRENCY, payloadOf, RESULT } from './load.mjs';
import { SUITES } from './suites/index.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const { engines, server } = SUITES.postgres;

process.once('disconnect', () => process.exit(1)); // who asked is gone
process.once('message', async (orders) => {
  const report = await run(orders).catch((error) => {
    console.error(error);
    return { error: String(error) };
  });
  process.send(report, () => process.exit(0));
});

async function run({ name, url, waiting, history, seconds, samples }) {
  const engine = await engines[name].load();
  const probe = await server.open(url);
  await probe.reset();
  const queue = await (engine.with ?? engine.without)({ url, concurrency: CONCURRENCY });
  await queue.ready();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const historyRows = history > 0 ? await fillHistory(engine, queue, client, history) : 0;
  for (let n = 0; n < waiting; n += BATCH) await queue.addMany(batchFrom(n));
  // As a database is that has stood for a while.
  await client.query('vacuum (analyze)');
  await client.query('checkpoint');
  const timeline = await sustain(queue, client, probe, { seconds, samples });
  await Promise.all([queue.close(), client.end(), probe.close()]);
  return { version: engine.version, historyRows, timeline };
}

/** @returns how many rows; none where an engine keeps no history that we know how to make */
async function fillHistory(engine, queue, client, count) {
  if (!engine.fillHistory) return 0;
  await finishOne(queue); // the row that the others are copies of
  await engine.fillHistory(client, count);
  return count;
}

async function finishOne(queue) {
  await queue.addMany([payloadOf(0)]);
  let stop;
  await new Promise((resolve, reject) => {
    queue.work(() => (setImmediate(resolve), RESULT)).then((end) => (stop = end), reject);
  });
  while (!stop) await pause(1);
  await stop();
}

/** Sends as many as are done, so that as many go on waiting. */
async function sustain(queue, client, probe, { seconds, samples }) {
  let done = 0;
  let over = false;
  const stop = await queue.work(() => (done++, RESULT));
  const producer = (async () => {
    for (let sent = 0; !over;) {
      if (done - sent < BATCH) await pause(2);
      else await queue.addMany(batchFrom((sent += BATCH)));
    }
  })();
  const timeline = [];
  const began = performance.now();
  for (let n = 1, from = began, before = 0; n <= samples; n++) {
    await pause(began + (n * seconds * 1000) / samples - performance.now());
    const now = performance.now();
    timeline.push({ minute: (now - began) / 60_000, rate: ((done - before) / (now - from)) * 1000, ...(await look(client, probe)) });
    [from, before] = [now, done];
  }
  over = true;
  await producer;
  await stop();
  return timeline;
}

async function look(client, probe) {
  const { rows } = await client.query(
    'select sum(n_dead_tup)::float8 as "deadTuples", sum(autovacuum_count)::float8 as autovacuums from pg_stat_user_tables',
  );
  return { ...rows[0], megabytes: (await probe.bytes()) / 2 ** 20 };
}

const batchFrom = (from) => Array.from({ length: BATCH }, (_, n) => payloadOf(from + n));
