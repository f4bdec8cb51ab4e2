import { isFinished, retriesOf } from './scenario.mjs';
import { paint, seconds, tick } from './paint.mjs';

const COLUMNS = ['task', 'sent', 'done', 'retries', 'failed', 'time'];
const WIDTHS = [20, 6, 6, 9, 8, 9];

/** A line per kind of task: what was sent, and what became of it. */
export function printTable(tasks) {
  const kinds = new Set(tasks.map((task) => task.kind));
  const line = (cells) =>
    `  ${cells.map((cell, index) => (index === 0 ? String(cell).padEnd(WIDTHS[0]) : String(cell).padStart(WIDTHS[index]))).join('')}`;
  console.log(`\n${paint('dim', line(COLUMNS))}`);
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
  for (const task of tasks.filter(isUnsuccessful)) console.log(`  ${tick(false)} ${task.kind} ${task.id}: ${reason(task)}`);
}

/** Who did how many, where there are several. */
function printWorkers(tasks) {
  const counts = new Map();
  for (const { view } of tasks) if (view.worker) counts.set(view.worker, (counts.get(view.worker) ?? 0) + 1);
  const shares = [...counts].map(([name, count]) => `${name} did ${count}`);
  if (shares.length > 1) console.log(paint('dim', `\n  ${shares.join(', ')}`));
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
  for (const { ok, text } of checks) console.log(`  ${tick(ok)} ${text}${ok ? '' : paint('red', '  ← missing')}`);
}

/** What a person can look at while it serves. */
export function printUrls(stage, tasks) {
  const first = (kind) => tasks.find((task) => task.kind === kind);
  const photo = first('make_thumbnail').source.id;
  const post = first('send_post_email').source.id;
  const urls = [
    ['the mails', `${stage.webUrl}/mailbox`],
    ['the CRM', `${stage.webUrl}/crm`],
    ['a thumbnail', `${stage.apiUrl}/photos/${photo}/thumbnail`],
    ['the export', `${stage.apiUrl}/exports/${first('export_subscribers').id}`],
    ['a task', stage.apiUrl + first('sync_contact_to_crm').status],
    ['the admin API', `${stage.adminUrl}/docs`],
    ['schedules', `curl -H 'authorization: Bearer ${stage.adminToken}' ${stage.adminUrl}/v1/schedules`],
    ['send again', `curl -X POST ${stage.apiUrl}/posts/${post}/publish`],
  ];
  console.log(`\n  ${paint('bold', 'Look around')}; Ctrl-C ends everything.`);
  for (const [what, url] of urls) console.log(`    ${what.padEnd(13)} ${paint('cyan', url)}`);
}
