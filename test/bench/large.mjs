// How a queue does on a database with many messages waiting and much history, beside the same load on an empty one.
import { childReport, describe, machine } from './compare.mjs';
import { LARGE, LARGE_QUICK } from './load.mjs';
import { nodeFor } from './peer-install.mjs';
import { printLarge } from './report.mjs';
import { SUITES } from './suites/index.mjs';

const SUITE = 'postgres';
/** ms that making the rows may take */
const FILLING = 30 * 60_000;

export async function runLarge(name, { quick, json, minutes }) {
  const size = { ...(quick ? LARGE_QUICK : LARGE), ...(minutes && { minutes }) };
  const node = nodeFor(SUITES[SUITE].node);
  const report = { suite: 'postgres-large', engine: name, ...size, machine: machine(), versions: { node: node.version } };
  try {
    await runLoads(report, node, name, size);
  } catch (error) {
    report.leftOut = [{ engine: name, reason: error.message }];
    process.exitCode = 1;
  }
  if (json) console.log(JSON.stringify(report));
  else printLarge(report);
}

async function runLoads(report, node, name, size) {
  // Once before and once after, for a machine that others use too.
  const short = { waiting: size.emptyWaiting, history: 0, seconds: Math.max(6, size.minutes * 6), samples: 1 };
  const before = await load(report, node, name, short);
  const full = await load(report, node, name, { ...size, seconds: size.minutes * 60, samples: size.samples });
  const after = await load(report, node, name, short);
  report.history = full.historyRows;
  if (full.version) report.versions[name] = full.version;
  report.timeline = full.timeline;
  report.empty = { before: before.timeline[0].rate, after: after.timeline[0].rate };
  const last = full.timeline.slice(-Math.ceil(size.samples / 5));
  report.atTheEnd = last.reduce((sum, { rate }) => sum + rate, 0) / last.length;
  report.ratios = { shareOfEmpty: Number((report.atTheEnd / ((report.empty.before + report.empty.after) / 2)).toFixed(3)) };
}

async function load(report, node, name, orders) {
  console.error(`${orders.seconds} s with ${orders.waiting} waiting and ${orders.history} finished`);
  const suite = SUITES[SUITE];
  const server = await suite.server.start();
  try {
    await describe(suite, SUITE, server, report);
    const patience = FILLING + orders.seconds * 2_000;
    const found = await childReport('./large-process.mjs', node.execPath, { name, url: server.url, ...orders }, patience);
    if (found.error) throw new Error(found.error);
    return found;
  } finally {
    await server.stop();
  }
}
