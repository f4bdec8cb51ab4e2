import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { ROOT } from './build.mjs';
import { checkEverything } from './checks.mjs';
import { paint, seconds, step } from './paint.mjs';
import { showProgress } from './progress.mjs';
import { isUnsuccessful, printChecks, printTable } from './report.mjs';
import { Admin, playSchedule } from './schedule-play.mjs';
import { Client, follow, isFinished, retriesOf, sendEverything } from './scenario.mjs';

/** processes; 0 = the API runs tasks itself */
const WORKERS = { embedded: 0, memory: 0, postgres: 2, redis: 2 };

/**
 * Opens the stage, plays the scenario on it and reports.
 *
 * @returns {Promise<{ tasks: object[], complete: boolean }>} `complete`: every task succeeded, and everything arrived
 */
export async function play(stage, flags) {
  await open(stage, flags);
  const client = new Client(stage.apiUrl, stage.play.id);
  const subscribers = parse(readFileSync(join(ROOT, 'apps/api/data/subscribers.csv')), { columns: true });
  const scheduled = playSchedule(new Admin(stage.adminUrl, stage.adminToken), client);
  const played = Promise.all([runScenario(stage, client, subscribers), scheduled]);
  const [tasks, ofSchedule] = await Promise.race([played, stage.watch()]);
  const arrived = await checkEverything({ stage, client, tasks, subscribers, interruptions: stage.play.starts - 1 });
  const checks = [...arrived, ofSchedule];
  stage.home?.endPlay();
  printTable(tasks);
  printChecks(checks);
  return { tasks, complete: checks.every(({ ok }) => ok) && !tasks.some(isUnsuccessful) };
}

async function open(stage, flags) {
  const workers = WORKERS[flags.broker];
  const servers = () => [stage.database.name, stage.broker.name, 'a mail server and a CRM'].filter(Boolean).join(', ');
  const apps = () =>
    `${paint('cyan', stage.apiUrl)}  the API, ${workers === 0 ? 'with a worker inside' : `and ${workers} worker processes`}`;
  await step('built', () => stage.build());
  await step(servers, () => stage.openServers(flags));
  if (stage.needsMigration) await step(`npx tasks migrate --schema ${stage.broker.keyPrefix}`, () => stage.migrate());
  await step(apps, () => stage.openApps(workers));
  console.log(`  ${paint('cyan', `${stage.adminUrl}/docs`)}  the admin API, with the token ${stage.adminToken}`);
}

async function runScenario(stage, client, subscribers) {
  const since = performance.now();
  const tasks = await sendEverything(client);
  printSent(stage.play, tasks, performance.now() - since);
  const rows = progressRows(stage, tasks, subscribers);
  const progress = showProgress(rows);
  await follow(client, tasks, () => progress.update(rows.map(({ done, note }) => ({ done: done(), note: note() }))));
  progress.stop();
  return tasks;
}

function printSent({ starts, startedAt }, tasks, took) {
  const before = tasks.filter((task) => task.sentBefore).length;
  const answered = `in ${seconds(took)}, each answered with 202 at once`;
  const anew = `${tasks.length} tasks sent ${answered}`;
  const since = new Date(startedAt).toTimeString().slice(0, 5);
  const goesOn = `The play of ${since} goes on: ${before} tasks were sent before, ${tasks.length - before} are sent now ${answered}`;
  console.log(`\n  ${starts > 1 ? goesOn : anew}\n`);
}

/** What is shown of each kind of task: emails and rows where a task has many of them, else tasks. */
function progressRows(stage, tasks, subscribers) {
  const row = (label, unit, perTask, done) => {
    const own = tasks.filter((task) => task.kind === label);
    const retries = () => own.reduce((sum, task) => sum + retriesOf(task), 0);
    const note = () => (retries() > 0 ? `${retries()} retried` : '');
    return { label, unit, total: own.length * perTask, done: () => done(own), note };
  };
  const finished = (own) => own.filter(isFinished).length;
  const exported = ([{ view }]) => view.result?.rows ?? view.meta?.current ?? 0;
  return [
    row('send_post_email', 'emails', subscribers.length, () => stage.mailbox.mails.length),
    row('make_thumbnail', 'photos', 1, finished),
    row('export_subscribers', 'rows', subscribers.length, exported),
    row('sync_contact_to_crm', 'contacts', 1, finished),
  ];
}
