// A beat alone, in a process of its own: asked, it says what it has used and sent so far.
import { applicationOf, library } from './application.mjs';

process.once('disconnect', () => process.exit(1));
const { runBeat, WorkerOrchestrator } = await library();
const { app, stop } = await runBeat(await applicationOf({ url: process.argv[2] }), { nest: { logger: ['error'] } });
const worker = app.get(WorkerOrchestrator);

process.on('message', async (what) => {
  if (what === 'stop') return stop().then(() => process.exit(0));
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const { sent, missed, lateness } = worker.beatHealth();
  return process.send({ cpu: (user + system) / 1_000, sent, missed, lateness, rss, heapUsed });
});
process.send('ready');
