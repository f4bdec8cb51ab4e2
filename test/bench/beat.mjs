// Beats: how late ticks are sent by five of them, whether any is lost or doubled, and what a tick costs in a table of 100,000 schedules.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { machine } from './compare.mjs';
import * as postgres from './servers/postgres.mjs';
import * as redis from './servers/redis.mjs';

const home = new URL('../../dist-lib/task-queue/', import.meta.url);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const BEATS = 5;
const SCHEDULES = 200;
const DUE_A_SECOND = 100;

export async function runBeatBench({ quick, json, seconds = quick ? 6 : 60 }) {
  const report = {
    suite: 'beat',
    machine: machine(),
    seconds,
    ticksExpected: 0,
    ticksFired: 0,
    doubled: 0,
    lost: 0,
    latenessP99Ms: 0,
    engines: {},
  };
  for (const [name, servers] of Object.entries({ redis, postgres })) {
    console.error(`${BEATS} beats, ${SCHEDULES} schedules, ${seconds} s on ${name}`);
    const found = await withServer(servers, (url) => onTime(url, seconds));
    report.engines[name] = found;
    for (const figure of ['ticksExpected', 'ticksFired', 'doubled', 'lost']) report[figure] += found[figure];
    report.latenessP99Ms = Math.max(report.latenessP99Ms, found.latenessP99Ms);
  }
  console.error('what a tick costs, with 1,000 and with 100,000 schedules');
  Object.assign(report, await withServer(postgres, (url) => costs(url, quick ? 20 : 100)));
  console.log(json ? JSON.stringify(report) : report);
}

async function withServer(servers, use) {
  const server = await servers.start();
  try {
    await prepare(servers, server.url);
    return await use(server.url);
  } finally {
    await server.stop();
  }
}

async function prepare(servers, url) {
  const probe = await servers.open(url);
  await probe.reset();
  await probe.close();
}

/** Applications as they are deployed, each with a beat; one of them runs the tasks, too. */
async function onTime(url, seconds) {
  const { Ctx, OnSignal, Task } = await import(new URL('index.js', home).href);
  const runs = new Map();
  const late = [];
  class Work {
    work(context) {
      const key = `${context.headers.periodicTaskName}/${context.headers.scheduledAt}`;
      runs.set(key, (runs.get(key) ?? 0) + 1);
    }
    sent({ lateness }) {
      late.push(lateness);
    }
  }
  Ctx()(Work.prototype, 'work', 0);
  decorate(Work, 'work', Task({ name: 'bench.tick', ignoreResult: true }));
  decorate(Work, 'sent', OnSignal('schedule_tick_sent'));
  const schedule = {};
  for (let n = 0; n < SCHEDULES; n++) schedule[`s${n}`] = { task: 'bench.tick', schedule: { every: everyOf(n) }, catchUp: 'all' };
  const apps = [];
  for (let n = 0; n < BEATS; n++) apps.push(await startApp(url, Work, schedule));
  await pause(1_000); // all of them are at work
  const from = Date.now();
  await pause(seconds * 1_000);
  const to = Date.now();
  await pause(1_500); // what was due until then has run
  await Promise.all(apps.map((app) => app.close()));
  return { ...judge(runs, from, to), latenessP99Ms: percentile(late, 0.99), latenessP50Ms: percentile(late, 0.5) };
}

const everyOf = (n) => 1_000 + (n % 5) * 1_000;

function judge(runs, from, to) {
  let ticksExpected = 0;
  let ticksFired = 0;
  for (let n = 0; n < SCHEDULES; n++) {
    for (let tick = Math.ceil(from / everyOf(n)) * everyOf(n); tick <= to; tick += everyOf(n)) {
      ticksExpected++;
      if (runs.has(`s${n}/${tick}`)) ticksFired++;
    }
  }
  const doubled = [...runs.values()].reduce((sum, count) => sum + count - 1, 0);
  return { ticksExpected, ticksFired, doubled, lost: ticksExpected - ticksFired };
}

async function startApp(url, Work, schedule) {
  const { TaskQueueModule, TaskWorkerModule } = await import(new URL('index.js', home).href);
  const connection = url.startsWith('postgres') ? { connection: { migrate: true, max: 4 } } : {};
  class App {}
  const queue = TaskQueueModule.forRoot({ broker: url, beat: { schedule }, ...connection });
  Reflect.defineMetadata('imports', [queue, TaskWorkerModule.forRoot({ beat: true })], App);
  Reflect.defineMetadata('providers', [Work], App);
  const app = await NestFactory.createApplicationContext(App, { logger: ['error'], abortOnError: false });
  app.enableShutdownHooks();
  return app;
}

function decorate(target, method, decorator) {
  decorator(target.prototype, method, Object.getOwnPropertyDescriptor(target.prototype, method));
}

/** The same number due, in a small and in a large table: looked for, claimed and sent, in turns. `cost` is CPU of the beat, `wall` what it waits. */
async function costs(url, rounds) {
  const sizes = [await openTable(url, 'small', 1_000), await openTable(url, 'large', 100_000)];
  const times = [[], []];
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const [at, table] of sizes.entries()) {
      const time = await table.pass();
      if (round >= 0) times[at].push(time);
    }
  }
  await Promise.all(sizes.map((table) => table.close()));
  const [small, large] = times.map((all) => ({ cpu: middle(all.map(({ cpu }) => cpu)), wall: middle(all.map(({ wall }) => wall)) }));
  return {
    cost1kMs: small.cpu,
    cost100kMs: large.cpu,
    costRatio100kTo1k: rounded(large.cpu / small.cpu),
    wall1kMs: small.wall,
    wall100kMs: large.wall,
    wallRatio100kTo1k: rounded(large.wall / small.wall),
  };
}

const WARM_UP = 10;
const middle = (values) => rounded(percentile(values, 0.5));
const rounded = (value) => Number(value.toFixed(3));

async function openTable(url, keyPrefix, count) {
  const { TaskQueueModule, TaskClient, getQueueInstanceToken } = await import(new URL('index.js', home).href);
  class App {}
  Reflect.defineMetadata('imports', [TaskQueueModule.forRoot({ broker: url, keyPrefix, connection: { migrate: true } })], App);
  const app = await NestFactory.createApplicationContext(App, { logger: ['error'], abortOnError: false });
  const { transport, schedules } = app.get(getQueueInstanceToken('default'));
  await fill(url, keyPrefix, count);
  return {
    async pass() {
      await makeDue(url, keyPrefix);
      const began = performance.now();
      const cpuBefore = process.cpuUsage();
      await pass(schedules, app.get(TaskClient));
      const { user, system } = process.cpuUsage(cpuBefore);
      const time = { wall: performance.now() - began, cpu: (user + system) / 1_000 };
      await transport.inspector.purge('default');
      return time;
    },
    close: () => app.close(),
  };
}

/** What a beat does when so many are due. */
async function pass(schedules, client) {
  const { now, schedules: due } = await schedules.due(200);
  if (due.length !== DUE_A_SECOND) throw new Error(`${due.length} are due instead of ${DUE_A_SECOND}`);
  const claims = due.map(({ id, version, nextRunAt, args, task }) => {
    const { publication } = client.prepare({ name: task }, args, { taskId: `${id}/${nextRunAt}` });
    const next = { tick: now + 3_600_000, wakeAt: now + 3_600_000 };
    return { schedule: id, version, due: nextRunAt, turn: { kind: 'advance', next, run: { tick: nextRunAt, publication } } };
  });
  const receipts = await schedules.claim(claims);
  if (!receipts.every(({ taken }) => taken)) throw new Error('a claim was not taken');
}

async function withClient(url, use) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

const fill = (url, schema, count) =>
  withClient(url, async (client) => {
    await client.query(`insert into ${schema}.interval_schedule (every, period) values (1, 'hours')`);
    await client.query(
      `insert into ${schema}.periodic_task (name, task, interval_id, next_run_at, wake_at)
       select 'schedule ' || n, 'bench.tick', i.id, now() + interval '1 hour', now() + interval '1 hour' + n * interval '1 ms'
       from generate_series(1, $1) n, ${schema}.interval_schedule i`,
      [count],
    );
    await client.query(`vacuum analyze ${schema}.periodic_task`);
  });

const makeDue = (url, schema) =>
  withClient(url, (client) =>
    client.query(
      `update ${schema}.periodic_task set next_run_at = now(), wake_at = now()
       where id in (select id from ${schema}.periodic_task order by wake_at limit $1)`,
      [DUE_A_SECOND],
    ),
  );

function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
