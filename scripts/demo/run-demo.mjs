import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { ROOT } from './build.mjs';
import { checkEverything } from './check-results.mjs';
import { isUnsuccessful, printChecks, printTable } from './print-report.mjs';
import { BlogClient, isFinished, retriesOf, sendAllTasks, waitForTasks } from './send-tasks.mjs';
import { showProgress } from './show-progress.mjs';
import { seconds, step, styled } from './terminal.mjs';
import { AdminClient, trySchedule } from './try-schedule.mjs';

/** worker processes; 0 = the API runs tasks itself */
const WORKERS = { embedded: 0, memory: 0, postgres: 2, redis: 2 };

/**
 * Starts the system, sends the tasks, waits for them, checks their effects and prints a report.
 *
 * @returns {Promise<{ tasks: object[], complete: boolean }>} `complete`: every task succeeded and every check passed
 */
export async function runDemo(system, flags) {
  await open(system, flags);
  const client = new BlogClient(system.apiUrl, system.run.id);
  const subscribers = parse(readFileSync(join(ROOT, 'apps/api/data/subscribers.csv')), { columns: true });
  const scheduled = trySchedule(new AdminClient(system.adminUrl, system.adminToken), client);
  const work = Promise.all([runTasks(system, client, subscribers), scheduled]);
  const [tasks, scheduleCheck] = await Promise.race([work, system.watch()]);
  const effects = await checkEverything({ system, client, tasks, subscribers, interruptions: system.run.starts - 1 });
  const checks = [...effects, scheduleCheck];
  system.dataFolder?.finish();
  printTable(tasks);
  printChecks(checks);
  return { tasks, complete: checks.every(({ ok }) => ok) && !tasks.some(isUnsuccessful) };
}

async function open(system, flags) {
  const workers = WORKERS[flags.broker];
  const servers = () => [system.database.name, system.broker.name, 'a mail server and a CRM'].filter(Boolean).join(', ');
  const apps = () =>
    `${styled('cyan', system.apiUrl)}  the API, ${workers === 0 ? 'with a worker inside' : `and ${workers} worker processes`}`;
  await step('built', () => system.build());
  await step(servers, () => system.openServers(flags));
  if (system.needsMigration) await step(`npx tasks migrate --schema ${system.broker.keyPrefix}`, () => system.migrate());
  await step(apps, () => system.openApps(workers));
  console.log(`  ${styled('cyan', `${system.adminUrl}/docs`)}  the admin API, with the token ${system.adminToken}`);
}

async function runTasks(system, client, subscribers) {
  const since = performance.now();
  const tasks = await sendAllTasks(client);
  printSent(system.run, tasks, performance.now() - since);
  const rows = progressRows(system, tasks, subscribers);
  const progress = showProgress(rows);
  await waitForTasks(client, tasks, () => progress.update(rows.map(({ done, note }) => ({ done: done(), note: note() }))));
  progress.stop();
  return tasks;
}

function printSent({ starts, startedAt }, tasks, took) {
  const before = tasks.filter((task) => task.sentBefore).length;
  const answered = `in ${seconds(took)}, each answered with 202 at once`;
  const sent = `${tasks.length} tasks sent ${answered}`;
  const since = new Date(startedAt).toTimeString().slice(0, 5);
  const resumed = `The run of ${since} is resumed: ${before} tasks were sent before, ${tasks.length - before} are sent now ${answered}`;
  console.log(`\n  ${starts > 1 ? resumed : sent}\n`);
}

/** One progress row per kind of task. It counts emails or rows if a task handles many of them, otherwise tasks. */
function progressRows(system, tasks, subscribers) {
  const row = (label, unit, perTask, done) => {
    const own = tasks.filter((task) => task.kind === label);
    const retries = () => own.reduce((sum, task) => sum + retriesOf(task), 0);
    const note = () => (retries() > 0 ? `${retries()} retried` : '');
    return { label, unit, total: own.length * perTask, done: () => done(own), note };
  };
  const finished = (own) => own.filter(isFinished).length;
  const exported = ([{ view }]) => view.result?.rows ?? view.meta?.current ?? 0;
  return [
    row('send_post_email', 'emails', subscribers.length, () => system.mailbox.mails.length),
    row('make_thumbnail', 'photos', 1, finished),
    row('export_subscribers', 'rows', subscribers.length, exported),
    row('sync_contact_to_crm', 'contacts', 1, finished),
  ];
}
