// One worker process of the attack: an application with a database of its own, and a worker whose deliveries are noted in the ledger.
import 'reflect-metadata';
import { recordingOf } from '../../../../libs/task-queue/src/core/attempt/records/make-record.js';
import { createPool } from '../../../../libs/task-queue/src/core/pools/create-pool.js';
import { systemClock } from '../../../../libs/task-queue/src/core/ports/runtime/clock.js';
import { resolveWorkerOptions } from '../../../../libs/task-queue/src/core/worker/worker-options.js';
import { Worker } from '../../../../libs/task-queue/src/core/worker/worker.js';
import { openLedger } from '../../ledger.js';
import { notingTransport } from '../../noting-transport.js';
import { registerTasks } from '../../tasks.js';
import { openApplication } from './application.js';
import { registerBankTasks } from './bank-tasks.js';
import { registerMoreTasks } from './more-tasks.js';
import { openLog } from './open-log.js';

const { BROKER_URL, BANK_URL, KEY_PREFIX, LEDGER, LEASE, NAME, LOGS } = process.env as Record<string, string>;
const CONCURRENCY = 12;
const note = openLedger(LEDGER!, NAME!);
const logger = openLog(LOGS, NAME!);

const address = { broker: BROKER_URL!, keyPrefix: KEY_PREFIX!, database: BANK_URL ?? BROKER_URL!, poolSize: CONCURRENCY + 2 };
const app = await openApplication(address, logger).catch(giveUp);
registerTasks(app, note);
registerMoreTasks(app, note);
registerBankTasks(app, note);

const options = resolveWorkerOptions({
  name: NAME!,
  lease: Number(LEASE),
  concurrency: CONCURRENCY,
  maxWait: '2s',
  drainTimeout: '30s',
  // Kills that are no fault of a task must not add up to its end.
  maxDeliveries: 10_000,
});
const { instance, handlers, listeners, relay } = app;
const worker = new Worker({
  transport: notingTransport(instance.transport, note),
  codecs: instance.codecs,
  handlers,
  pool: createPool(options.pool, options.concurrency),
  options,
  resultExpires: instance.options.resultExpires,
  publishTimeout: instance.options.publishTimeout,
  recording: recordingOf(instance.options, instance.transport.results),
  transactionsOf: instance.transactionsOf,
  listeners,
  logger,
  clock: systemClock,
});
await worker.start().catch(giveUp);
relay?.start();

process.once('SIGTERM', () => {
  void worker
    .stop()
    .then(() => relay?.stop())
    .then(() => app.close())
    .then(() => process.exit(0));
});
/** Its servers may be away: another is started then. */
function giveUp(error: unknown): never {
  logger.error('could not boot', { error });
  process.exit(3);
}

// Nobody is left to send a signal.
process.once('disconnect', () => process.exit(1));
process.send!('ready');
