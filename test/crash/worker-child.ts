// One worker process of the crash test. Writes a line to the ledger for each run, and one for each accepted settlement.
import 'reflect-metadata';
import { openSync, writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { PLAIN_CONTENT } from '../../libs/task-queue/src/message/content-options.js';
import { openCodecs } from '../../libs/task-queue/src/message/open-codecs.js';
import { createPool } from '../../libs/task-queue/src/pools/create-pool.js';
import { resolveTaskOptions } from '../../libs/task-queue/src/policies/task-options.js';
import { silentLogger, systemClock, type Consumer, type Transport } from '../../libs/task-queue/src/ports/index.js';
import { openTransport } from '../../libs/task-queue/src/transports/open-transport.js';
import { HandlerRegistry } from '../../libs/task-queue/src/worker/handler-registry.js';
import { resolveWorkerOptions } from '../../libs/task-queue/src/worker/worker-options.js';
import { Worker } from '../../libs/task-queue/src/worker/worker.js';

const { BROKER_URL, KEY_PREFIX, LEDGER, LEASE } = process.env as Record<string, string>;
const ledger = openSync(LEDGER!, 'a');
const note = (what: string, id: string) => writeSync(ledger, `${what} ${id}\n`);

const transport = await openTransport(BROKER_URL!, {
  keyPrefix: KEY_PREFIX!,
  dedupRetention: 60_000,
  deadLetterLimit: 10_000,
  revokesExpire: 60_000,
  connection: {},
  logger: silentLogger,
  clock: systemClock,
  timeOffset: () => 0,
});
await transport.connect();

const handlers = new HandlerRegistry();
handlers.register(
  {
    name: 'append',
    options: resolveTaskOptions({ ignoreResult: true }, 'append'),
    async invoke(_args, context) {
      await wait(10);
      note('ran', context.id);
    },
  },
  'append',
);

const options = resolveWorkerOptions({ concurrency: 10, lease: Number(LEASE), maxWait: '1s', drainTimeout: '20s' });
const worker = new Worker({
  transport: noting(transport),
  results: transport.results,
  codecs: await openCodecs(PLAIN_CONTENT),
  handlers,
  pool: createPool(options.pool, options.concurrency),
  options,
  resultExpires: 60_000,
  publishTimeout: 5_000,
  recording: null,
  logger: silentLogger,
  clock: systemClock,
});
await worker.start();
process.once('SIGTERM', () => {
  void worker
    .stop()
    .then(() => transport.close())
    .then(() => process.exit(0));
});
process.send!('ready');

/** The transport, with every accepted settlement noted. */
function noting(inner: Transport): Transport {
  const broker = Object.create(inner.broker) as Transport['broker'];
  broker.consume = async (queues, consumeOptions) => {
    const consumer = await inner.broker.consume(queues, consumeOptions);
    const settle = consumer.settle.bind(consumer);
    consumer.settle = async (settlements) => {
      const receipts = await settle(settlements);
      receipts.forEach((receipt, index) => {
        if (receipt.accepted && settlements[index]!.kind !== 'release') note('settled', receipt.id);
      });
      return receipts;
    };
    return consumer as Consumer;
  };
  return {
    broker,
    results: inner.results,
    joins: inner.joins,
    control: inner.control,
    inspector: inner.inspector,
    schedules: inner.schedules,
    connect: () => inner.connect(),
    close: () => inner.close(),
  };
}
