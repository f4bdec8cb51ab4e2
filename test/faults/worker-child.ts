// One worker process of the fault suite. It notes in the ledger what it takes, runs and settles, each when it happens.
import 'reflect-metadata';
import { silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import { Harness } from '../client-and-worker/harness.js';
import { openLedger } from './ledger.js';
import { notingTransport } from './noting-transport.js';
import { registerTasks } from './tasks.js';

const { BROKER_URL, KEY_PREFIX, LEDGER, LEASE, NAME } = process.env as Record<string, string>;
const note = openLedger(LEDGER!, NAME!);

const app = await Harness.open(BROKER_URL!, {
  keyPrefix: KEY_PREFIX!,
  connection: {},
  publishTimeout: '5s',
  dedupRetention: '10m',
  resultExpires: '10m',
});
registerTasks(app, note);
const options = { name: NAME!, queues: ['default'], lease: Number(LEASE), concurrency: 30, maxWait: '2s', drainTimeout: '30s' } as const;
const worker = await app.worker(options, silentLogger, (inner) => notingTransport(inner, note));

process.once('SIGTERM', () => {
  void worker
    .stop()
    .then(() => app.close())
    .then(() => process.exit(0));
});
// Nobody is left to send a signal.
process.once('disconnect', () => process.exit(1));
process.send!('ready');
