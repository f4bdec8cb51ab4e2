import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { ROOT } from './build.mjs';
import { checkEverything } from './checks.mjs';
import { paint, seconds, step } from './paint.mjs';
import { showProgress } from './progress.mjs';
import { isUnsuccessful, printChecks, printTable } from './report.mjs';
import { Client, follow, isFinished, retriesOf, sendEverything } from './scenario.mjs';

const WORKERS = { memory: 0, redis: 2 };

/**
 * Opens the stage, plays the scenario on it and reports.
 *
 * @returns {Promise<{ tasks: object[], complete: boolean }>} `complete`: every task succeeded, and everything arrived
 */
export async function play(stage, broker) {
  await open(stage, broker);
  const client = new Client(stage.apiUrl);
  const subscribers = parse(readFileSync(join(ROOT, 'apps/api/data/subscribers.csv')), { columns: true });
  const tasks = await Promise.race([runScenario(stage, client, subscribers), stage.watch()]);
  const checks = await checkEverything({ stage, client, tasks, subscribers });
  printTable(tasks);
  printChecks(checks);
  return { tasks, complete: checks.every(({ ok }) => ok) && !tasks.some(isUnsuccessful) };
}

async function open(stage, broker) {
  const workers = WORKERS[broker];
  const servers = () => [stage.database.name, stage.broker.name, 'a mail server and a CRM'].filter(Boolean).join(', ');
  const apps = () =>
    `${paint('cyan', stage.apiUrl)}  the API, ${workers === 0 ? 'with a worker inside' : `and ${workers} worker processes`}`;
  await step('built', () => stage.build());
  await step(servers, () => stage.openServers(broker));
  await step(apps, () => stage.openApps(workers));
}

async function runScenario(stage, client, subscribers) {
  const since = performance.now();
  const tasks = await sendEverything(client);
  console.log(`\n  ${tasks.length} tasks sent in ${seconds(performance.now() - since)}, each answered with 202 at once\n`);
  const rows = progressRows(stage, tasks, subscribers);
  const progress = showProgress(rows);
  await follow(client, tasks, () => progress.update(rows.map(({ done, note }) => ({ done: done(), note: note() }))));
  progress.stop();
  return tasks;
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
