// The child of main.mjs: one engine in a process of its own, with its orders and its report over IPC.
import { measure } from './measure.mjs';
import { SUITES } from './suites/index.mjs';

process.once('disconnect', () => process.exit(1)); // who asked is gone
process.once('message', async ({ suite, name, url, size, idle }) => {
  const { engines, server } = SUITES[suite];
  const report = await run(engines[name], server, url, size, idle).catch((error) => {
    console.error(error);
    return { error: String(error) };
  });
  process.send(report, () => process.exit(0));
});

async function run({ load }, { open }, url, size, idle) {
  const engine = await load();
  return { version: engine.version, ...(await measure(engine, await open(url), url, size, idle)) };
}
