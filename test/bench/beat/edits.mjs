// How long an edit takes to have an effect, on beats that have nothing else to do and so look as seldom as they may.
import { NestFactory } from '@nestjs/core';
import { applicationOf, library, pause, percentile, TASK } from './application.mjs';

const BEATS = 5;

/** Of some edits, the slowest: until every beat has looked at the store again, and until the first tick by the new schedule is sent. */
export async function edits(url, count) {
  console.error(`${count} edits, ${BEATS} beats on ${url.split(':')[0]}`);
  const { TaskSchedules, WorkerOrchestrator } = await library();
  let sent = () => {};
  const apps = [];
  for (let n = 0; n < BEATS; n++) {
    const module = await applicationOf({ url, onSent: (tick) => sent(tick) });
    apps.push(await NestFactory.createApplicationContext(module, { logger: ['error'], abortOnError: false }));
  }
  const schedules = apps[0].get(TaskSchedules);
  const { id } = await schedules.create('edited', { task: TASK, schedule: '0 0 1 1 *' });
  const seen = [];
  const effects = [];
  for (let edit = 0; edit < count; edit++) {
    await pause(Math.random() * 1_000); // anywhere between two looks
    const effect = new Promise((resolve) => (sent = resolve));
    await schedules.patch(id, null, { schedule: { every: 50 } });
    const edited = Date.now();
    effects.push(effect.then(() => Date.now() - edited));
    await Promise.all(apps.map(async (app) => seen.push(await lookedAfter(app.get(WorkerOrchestrator), edited))));
    await effects.at(-1);
    await schedules.patch(id, null, { schedule: '0 0 1 1 *' });
  }
  const measured = await Promise.all(effects);
  await Promise.all(apps.map((app) => app.close()));
  return {
    editSeenByAllMs: percentile(seen, 1),
    editToFirstTickMs: percentile(measured, 1),
    editToFirstTickP50Ms: percentile(measured, 0.5),
  };
}

async function lookedAfter(worker, instant) {
  while ((worker.beatHealth().lastPassAt ?? 0) <= instant) await pause(2);
  return worker.beatHealth().lastPassAt - instant;
}
