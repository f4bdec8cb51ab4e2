// One worker process of the fault suite. It notes in the ledger what it takes, runs and settles, each when it happens.
import 'reflect-metadata';
import { silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import type { Consumer } from '../../libs/task-queue/src/core/ports/broker/consumer.js';
import type { CompleteTransport } from '../../libs/task-queue/src/core/ports/broker/transport.js';
import { Harness } from '../client-and-worker/harness.js';
import { openLedger } from './ledger.js';
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
const worker = await app.worker(options, silentLogger, noting);

process.once('SIGTERM', () => {
  void worker
    .stop()
    .then(() => app.close())
    .then(() => process.exit(0));
});
// Nobody is left to send a signal.
process.once('disconnect', () => process.exit(1));
process.send!('ready');

/** The transport, with what passes noted. */
function noting(inner: CompleteTransport): CompleteTransport {
  const { broker, results, joins, control, inspector, schedules } = inner;
  return {
    broker: {
      capabilities: broker.capabilities,
      connect: () => broker.connect(),
      close: () => broker.close(),
      publish: (publications, how) => broker.publish(publications, how),
      revoke: (ids, how) => broker.revoke(ids, how),
      setRate: (...rate) => broker.setRate(...rate),
      consume: async (queues, how) => noteWhatPasses(await broker.consume(queues, how)),
    },
    results,
    joins,
    control,
    inspector,
    schedules,
    connect: () => inner.connect(),
    close: () => inner.close(),
  };
}

function noteWhatPasses(consumer: Consumer): Consumer {
  const receive = consumer.receive.bind(consumer);
  const settle = consumer.settle.bind(consumer);
  consumer.receive = async (limit, signal) => {
    const deliveries = await receive(limit, signal);
    for (const { id, lostLeases } of deliveries) note('took', id, lostLeases);
    return deliveries;
  };
  consumer.settle = async (settlements) => {
    const receipts = await settle(settlements);
    receipts.forEach(({ id, accepted }, index) => note(accepted ? 'settled' : 'refused', id, settlements[index]!.kind));
    return receipts;
  };
  return consumer;
}
