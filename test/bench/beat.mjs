// `npm run bench -- beat`: how late ticks are, whether any is lost or doubled, how soon an edit has an effect, and what a tick costs in a table
// of 100,000 schedules.
import { edits } from './beat/edits.mjs';
import { costs } from './beat/costs.mjs';
import { onTime } from './beat/on-time.mjs';
import { machine } from './compare.mjs';
import * as postgres from './servers/postgres.mjs';
import * as redis from './servers/redis.mjs';

const SUMS = ['ticksExpected', 'ticksFired', 'doubled', 'lost'];
const WORST = ['latenessP99Ms', 'editSeenByAllMs', 'editToFirstTickMs'];

export async function runBeatBench({ quick, json, seconds = quick ? 6 : 60 }) {
  const engines = {};
  for (const [name, servers] of Object.entries({ redis, postgres })) {
    const lateness = await withServer(servers, (url) => onTime(url, seconds));
    engines[name] = { ...lateness, ...(await withServer(servers, (url) => edits(url, quick ? 4 : 20))) };
  }
  const report = { suite: 'beat', machine: machine(), seconds };
  for (const figure of SUMS) report[figure] = Object.values(engines).reduce((sum, found) => sum + found[figure], 0);
  for (const figure of WORST) report[figure] = Math.max(...Object.values(engines).map((found) => found[figure]));
  Object.assign(report, await withServer(postgres, (url) => costs(url, quick ? { windows: 5, seconds: 3 } : { windows: 15, seconds: 5 })));
  report.engines = engines;
  console.log(json ? JSON.stringify(report) : report);
}

async function withServer(servers, use) {
  const server = await servers.start();
  try {
    const probe = await servers.open(server.url);
    await probe.reset();
    await probe.close();
    return await use(server.url);
  } finally {
    await server.stop();
  }
}
