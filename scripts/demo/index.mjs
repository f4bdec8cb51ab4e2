import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { ROOT } from './build.mjs';
import { checkEverything } from './checks.mjs';
import { HELP, parseFlags } from './flags.mjs';
import { paint, seconds, tick } from './paint.mjs';
import { showProgress } from './progress.mjs';
import { isUnsuccessful, printChecks, printTable, printUrls } from './report.mjs';
import { Client, follow, isFinished, retriesOf, sendEverything } from './scenario.mjs';
import { Stage } from './stage.mjs';

const KINDS = ['send_post_email', 'make_thumbnail', 'export_subscribers', 'sync_contact_to_crm'];
const WORKERS = { memory: 0, redis: 2 };

process.exitCode = await main(process.argv.slice(2));

async function main(args) {
  let flags;
  try {
    flags = parseFlags(args);
  } catch (error) {
    console.error(`${error.message}\nnpm run demo -- --help tells more.`);
    return 2;
  }
  if (flags.help) {
    console.log(HELP);
    return 0;
  }
  return demonstrate(flags);
}

async function demonstrate({ broker, exit }) {
  console.log(`\n${paint('bold', '  nestjs-task-queue')}  a blog that does its work in the background\n`);
  const interrupted = new Promise((resolve) => ['SIGINT', 'SIGTERM'].forEach((signal) => process.once(signal, resolve)));
  const stage = new Stage();
  try {
    const run = play(stage, broker);
    run.catch(() => {}); // an interruption may come first
    const complete = await Promise.race([run, interrupted.then(() => undefined)]);
    if (complete !== undefined && !exit) await Promise.race([stage.watch(), interrupted]);
    return complete === false ? 1 : 0;
  } catch (error) {
    console.error(`\n${tick(false)} ${error.message}`);
    return 1;
  } finally {
    await step('stopped, nothing left behind', () => stage.stop());
  }
}

/** Opens the stage and plays the scenario. @returns whether nothing is missing */
async function play(stage, broker) {
  await step('built', () => stage.build());
  await step(
    () => `${stage.database.name}, ${stage.broker.name === 'memory' ? '' : `${stage.broker.name}, `}a mailbox and a CRM`,
    () => stage.openServers(broker),
  );
  await step(
    () => `${stage.apiUrl}  ${describeWorkers(WORKERS[broker])}`,
    () => stage.openApps(WORKERS[broker]),
  );
  const client = new Client(stage.apiUrl);
  const subscribers = parse(readFileSync(join(ROOT, 'apps/api/data/subscribers.csv')), { columns: true });
  const tasks = await Promise.race([runScenario(stage, client, subscribers), stage.watch()]);
  const checks = await checkEverything({ stage, client, tasks, subscribers });
  printTable(KINDS, tasks);
  printChecks(checks);
  printUrls(stage, tasks);
  return checks.every(({ ok }) => ok) && !tasks.some(isUnsuccessful);
}

async function runScenario(stage, client, subscribers) {
  const sentAt = performance.now();
  const tasks = await sendEverything(client);
  console.log(`\n  ${tasks.length} tasks sent in ${seconds(performance.now() - sentAt)}, each answered with 202 at once\n`);
  const of = (kind) => tasks.filter((task) => task.kind === kind);
  const count = (kind) => of(kind).filter(isFinished).length;
  const [report] = of('export_subscribers');
  const rows = [
    { label: KINDS[0], unit: 'emails', total: of(KINDS[0]).length * subscribers.length, done: () => stage.mailbox.mails.length },
    { label: KINDS[1], unit: 'photos', total: of(KINDS[1]).length, done: () => count(KINDS[1]) },
    { label: KINDS[2], unit: 'rows', total: subscribers.length, done: () => report.view.result?.rows ?? report.view.meta?.current ?? 0 },
    { label: KINDS[3], unit: 'contacts', total: of(KINDS[3]).length, done: () => count(KINDS[3]) },
  ];
  const note = (kind) => {
    const retries = of(kind).reduce((sum, task) => sum + retriesOf(task), 0);
    return retries > 0 ? `${retries} retried` : '';
  };
  const progress = showProgress(rows);
  await follow(client, tasks, () => progress.update(rows.map(({ label, done }) => ({ done: done(), note: note(label) }))));
  progress.stop();
  return tasks;
}

function describeWorkers(count) {
  return count === 0 ? 'the API, with a worker in the same process' : `the API, and ${count} worker processes`;
}

async function step(what, action) {
  const since = performance.now();
  const result = await action();
  console.log(`  ${tick(true)} ${typeof what === 'function' ? what() : what} ${paint('dim', seconds(performance.now() - since))}`);
  return result;
}
