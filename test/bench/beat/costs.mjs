// What a tick costs with 1,000 and with 100,000 schedules of which 100 a second are due: CPU of the beat and of its sessions on the server, and
// statements. Both beats run at the same time, each in a process of its own on a database of its own: what disturbs one disturbs the other.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { pause, percentile, rounded } from './application.mjs';

const DUE_A_SECOND = 100;
const SIZES = { small: 1_000, large: 100_000 };

export async function costs(url, { windows, seconds }) {
  console.error(`what a tick costs with 1,000 and with 100,000 schedules: ${windows} windows of ${seconds} s`);
  const admin = await connect(url);
  const beats = [];
  try {
    await admin.query('create extension if not exists pg_stat_statements');
    for (const [name, count] of Object.entries(SIZES)) beats.push(await openBeat(admin, url, name, count));
    for (const beat of beats) await beat.fill();
    await pause(6_000); // warm, and past the first ticks
    const found = await measure(beats, windows, seconds);
    return reportOf(found);
  } finally {
    await Promise.all(beats.map((beat) => beat.stop()));
    await admin.end();
  }
}

async function measure(beats, windows, seconds) {
  const found = beats.map(() => []);
  const sampleAll = async () => {
    const samples = [];
    for (const beat of beats) samples.push(await beat.sample());
    return samples;
  };
  let before = await sampleAll();
  for (let window = 0; window < windows; window++) {
    await pause(seconds * 1_000);
    const after = await sampleAll();
    after.forEach((sample, at) => found[at].push(between(before[at], sample)));
    before = after;
  }
  return found;
}

/** Of one window, what a tick has cost: ms of CPU and statements. */
function between(before, after) {
  const ticks = after.sent - before.sent;
  const of = (figure) => (after[figure] - before[figure]) / ticks;
  const server = after.server === null ? null : of('server');
  return { ticks, process: of('cpu'), server, cpu: of('cpu') + (server ?? 0), calls: of('calls'), rss: after.rss };
}

function reportOf([small, large]) {
  const middle = (windows, figure) => rounded(percentile(windows.map((one) => one[figure]), 0.5)); // prettier-ignore
  const ratios = (figure) => small.map((one, at) => large[at][figure] / one[figure]);
  const kept = (windows) => ({
    ticks: windows.reduce((sum, { ticks }) => sum + ticks, 0),
    cpuMsPerTick: middle(windows, 'cpu'),
    processCpuMsPerTick: middle(windows, 'process'),
    serverCpuMsPerTick: windows[0].server === null ? null : middle(windows, 'server'),
    statementsPerTick: middle(windows, 'calls'),
    peakMemoryMb: Math.round(Math.max(...windows.map(({ rss }) => rss)) / 2 ** 20),
  });
  return {
    costRatio100kTo1k: rounded(percentile(ratios('cpu'), 0.5)),
    statementsRatio100kTo1k: rounded(percentile(ratios('calls'), 0.5)),
    costs: { 1000: kept(small), 100000: kept(large) },
  };
}

async function openBeat(admin, url, name, count) {
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.query(`create database ${name}`);
  const own = Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const child = fork(fileURLToPath(new URL('beat-process.mjs', import.meta.url)), [own]);
  await once(child, 'message');
  const ask = async () => {
    child.send('sample');
    return (await once(child, 'message'))[0];
  };
  return {
    fill: () => fill(own, count),
    async sample() {
      return { ...(await ask()), server: await serverTime(admin, name), calls: await callsOf(admin, name) };
    },
    async stop() {
      const gone = once(child, 'exit');
      child.send('stop');
      await gone;
    },
  };
}

/** ms of CPU that the sessions of a database have used, of those that it has now; null where the system does not tell. */
async function serverTime(admin, database) {
  const { rows } = await admin.query('select pid from pg_stat_activity where datname = $1', [database]);
  try {
    return rows.reduce((sum, { pid }) => sum + Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]), 0) / 1e6;
  } catch {
    return null;
  }
}

async function callsOf(admin, database) {
  const text = `select coalesce(sum(calls), 0)::float8 as calls from pg_stat_statements s join pg_database d on d.oid = s.dbid where d.datname = $1`;
  return (await admin.query(text, [database])).rows[0].calls;
}

/** As many are due each second as in any other table: the more there are, the longer is the interval of each. */
async function fill(url, count) {
  const client = await connect(url);
  const every = count / DUE_A_SECOND;
  await client.query(
    `insert into tq.interval_schedule (every, period, anchor) select $1, 'seconds', to_timestamp(n) from generate_series(0, $1::int - 1) n`,
    [every],
  );
  await client.query(
    `insert into tq.periodic_task (name, task, interval_id, next_run_at, wake_at)
     select 'schedule ' || i.id || '/' || n, 'bench.tick', i.id, next, next
     from generate_series(1, ${DUE_A_SECOND}) n cross join tq.interval_schedule i cross join lateral
       (select to_timestamp(ceil((extract(epoch from clock_timestamp() + interval '5 s' - i.anchor)) / $1) * $1) + (i.anchor - to_timestamp(0))) as t (next)`,
    [every],
  );
  await client.query('vacuum analyze');
  await client.end();
}

async function connect(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}
