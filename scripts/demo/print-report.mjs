import { isFinished, retriesOf } from './send-tasks.mjs';
import { checkMark, seconds, styled } from './terminal.mjs';

const COLUMNS = ['task', 'sent', 'done', 'retries', 'failed', 'time'];
const WIDTHS = [20, 6, 6, 9, 8, 9];

/** Prints a line per kind of task with counts and times. */
export function printTable(tasks) {
  const kinds = new Set(tasks.map((task) => task.kind));
  const line = (cells) =>
    `  ${cells.map((cell, index) => (index === 0 ? String(cell).padEnd(WIDTHS[0]) : String(cell).padStart(WIDTHS[index]))).join('')}`;
  console.log(`\n${styled('dim', line(COLUMNS))}`);
  for (const kind of kinds)
    console.log(
      line(
        row(
          kind,
          tasks.filter((task) => task.kind === kind),
        ),
      ),
    );
  printWorkers(tasks);
  for (const task of tasks.filter(isUnsuccessful)) console.log(`  ${checkMark(false)} ${task.kind} ${task.id}: ${reason(task)}`);
}

/** Prints how many tasks each worker ran, if there are several workers. */
function printWorkers(tasks) {
  const counts = new Map();
  for (const { view } of tasks) if (view.worker) counts.set(view.worker, (counts.get(view.worker) ?? 0) + 1);
  const shares = [...counts].map(([name, count]) => `${name} did ${count}`);
  if (shares.length > 1) console.log(styled('dim', `\n  ${shares.join(', ')}`));
}

function row(kind, tasks) {
  const finished = tasks.filter(isFinished);
  const failed = finished.filter(isUnsuccessful).length;
  const last = Math.max(...finished.map((task) => Date.parse(task.view.at)));
  const since = last - Math.min(...tasks.map((task) => task.sentAt));
  const time = finished.length < tasks.length ? '–' : since < 0 ? 'earlier' : seconds(since);
  const retries = tasks.reduce((sum, task) => sum + retriesOf(task), 0);
  return [kind, tasks.length, finished.length - failed, retries, failed, time];
}

export function isUnsuccessful({ view }) {
  return view.state !== 'SUCCESS';
}

function reason({ view }) {
  return view.error ? `${view.state}, ${view.error.type}: ${view.error.message}` : `still ${view.state}`;
}

export function printChecks(checks) {
  console.log('');
  for (const { ok, text } of checks) console.log(`  ${checkMark(ok)} ${text}${ok ? '' : styled('red', '  ← missing')}`);
}

/** Prints the URLs to open while the blog is served. */
export function printUrls(system, tasks) {
  const first = (kind) => tasks.find((task) => task.kind === kind);
  const photo = first('make_thumbnail').source.id;
  const post = first('send_post_email').source.id;
  const urls = [
    ['the mails', `${system.webUrl}/mailbox`],
    ['the CRM', `${system.webUrl}/crm`],
    ['a thumbnail', `${system.apiUrl}/photos/${photo}/thumbnail`],
    ['the export', `${system.apiUrl}/exports/${first('export_subscribers').id}`],
    ['a task', system.apiUrl + first('sync_contact_to_crm').status],
    ['the admin API', `${system.adminUrl}/docs`],
    ['schedules', `curl -H 'authorization: Bearer ${system.adminToken}' ${system.adminUrl}/v1/schedules`],
    ['send again', `curl -X POST ${system.apiUrl}/posts/${post}/publish`],
  ];
  console.log(`\n  ${styled('bold', 'Look around')}; Ctrl-C stops everything.`);
  for (const [what, url] of urls) console.log(`    ${what.padEnd(13)} ${styled('cyan', url)}`);
}
