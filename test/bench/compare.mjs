import { fork } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { celery } from './celery.mjs';
import { isAtLeast, nodeFor } from './peer-install.mjs';

/** ms for one round of one engine; more means that it hangs */
const PATIENCE = 15 * 60_000;

/** Rounds of all engines, and the median of each figure. An engine that cannot run, or fails, is left out by name. */
export async function compare(suiteName, suite, names, size) {
  const node = suite.node ? nodeFor(suite.node) : nodeFor('0.0');
  const report = { suite: suiteName, machine: machine(), versions: { node: node.version }, rows: [], leftOut: [], ratios: {} };
  const found = new Map();
  const run = async (name, round) => {
    if (report.leftOut.some(({ engine }) => engine === name)) return;
    if (name === 'celery' && round > 1) return; // slow enough that one round tells
    console.error(`round ${round} of ${size.rounds}: ${name}`);
    const { version, error, failed, ...row } = await runEngine({ suiteName, suite, name, size, node, report, idle: round === 1 });
    if (error) {
      console.error(`  left out: ${error}`);
      report.leftOut.push({ engine: name, reason: error });
      return found.delete(name);
    }
    if (failed && round === 1) report.leftOut.push({ engine: `${name} ${failed.what}`, reason: failed.reason });
    if (version) report.versions[name.split(' ')[0]] = version;
    found.set(name, [...(found.get(name) ?? []), row]);
  };
  // Round by round, so that a machine that is slower for a while is so for all.
  for (let round = 1; round <= size.rounds; round++) for (const name of names) await run(name, round);
  report.rows = [...found].map(([engine, rounds]) => ({ engine, ...medians(rounds) }));
  report.ratios = suite.ratiosOf(report.rows);
  return report;
}

async function runEngine({ suiteName, suite, name, size, node, report, idle }) {
  const needed = suite.engines[name].node ?? '0.0';
  if (!isAtLeast(node.version, needed)) return { error: `It needs Node ${needed}, and this is ${node.version}.` };
  const server = await suite.server.start();
  try {
    await describe(suite, suiteName, server, report);
    if (name === 'celery')
      return (await celery(server.url, size)) ?? { error: `Debian's python3-celery and python3-redis are not installed.` };
    return await childReport('./engine-process.mjs', node.execPath, { suite: suiteName, name, url: server.url, size, idle });
  } finally {
    await server.stop();
  }
}

/** Has the report say once what it was measured on. */
export async function describe(suite, suiteName, server, report) {
  if (report.versions[suiteName]) return;
  const probe = await suite.server.open(server.url);
  const { version, settings } = await probe.describe();
  await probe.close();
  report.versions[suiteName] = version;
  if (settings) report.machine.server = { ...settings, flushMs: server.flush() };
}

/** What a child answers to its orders; `{ error }` when it could not. */
export function childReport(file, execPath, orders, patience = PATIENCE) {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL(file, import.meta.url)), { execPath, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const late = setTimeout(() => {
      resolve({ error: `It had not reported after ${patience / 60_000} minutes.` });
      child.kill('SIGKILL');
    }, patience);
    child.once('message', resolve);
    child.once('exit', (code, signal) => {
      clearTimeout(late);
      resolve({ error: `It ended with ${code ?? signal} before it reported.` });
    });
    child.send(orders);
  });
}

/** The first round has measured everything, the others the speeds. */
function medians(rounds) {
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  return Object.fromEntries(
    Object.entries(rounds[0]).map(([key, first]) => [key, first === null ? null : median(rounds.flatMap((row) => row[key] ?? []))]),
  );
}

export function machine() {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: os.cpus().length,
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GB`,
    os: `${os.type()} ${os.release()}`,
  };
}
