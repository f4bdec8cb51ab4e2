// How late ticks are sent by five applications with a beat, and whether any is lost or doubled.
import { NestFactory } from '@nestjs/core';
import { applicationOf, pause, percentile, TASK } from './application.mjs';

const BEATS = 5;
const SCHEDULES = 200;
const everyOf = (n) => 1_000 + (n % 5) * 1_000;

/** Applications as they are deployed: each has a beat, and runs the tasks, too. */
export async function onTime(url, seconds) {
  console.error(`${BEATS} beats, ${SCHEDULES} schedules, ${seconds} s on ${url.split(':')[0]}`);
  const runs = new Map();
  const late = [];
  const note = ({ periodicTaskName, scheduledAt }) => {
    const key = `${periodicTaskName}/${scheduledAt}`;
    runs.set(key, (runs.get(key) ?? 0) + 1);
  };
  const schedule = {};
  for (let n = 0; n < SCHEDULES; n++) schedule[`s${n}`] = { task: TASK, schedule: { every: everyOf(n) }, catchUp: 'all' };
  const apps = [];
  for (let n = 0; n < BEATS; n++)
    apps.push(await start({ url, schedule, onRun: note, onSent: ({ tick }) => late.push(Date.now() - tick) }));
  await pause(1_000); // all of them are at work
  late.length = 0;
  const from = Date.now();
  await pause(seconds * 1_000);
  const to = Date.now();
  await pause(1_500); // what was due until then has run
  await Promise.all(apps.map((app) => app.close()));
  return { ...judge(runs, from, to), latenessP99Ms: percentile(late, 0.99), latenessP50Ms: percentile(late, 0.5) };
}

async function start(parts) {
  const app = await NestFactory.createApplicationContext(await applicationOf(parts), { logger: ['error'], abortOnError: false });
  app.enableShutdownHooks();
  return app;
}

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
