import type { Consumer } from '../../libs/task-queue/src/core/ports/broker/consumer.js';
import type { CompleteTransport } from '../../libs/task-queue/src/core/ports/broker/transport.js';
import type { openLedger } from './ledger.js';

type Note = ReturnType<typeof openLedger>;

/** The transport of a worker, whose deliveries and settlements are noted. */
export function notingTransport(inner: CompleteTransport, note: Note): CompleteTransport {
  const { broker, results, joins, control, inspector, schedules } = inner;
  return {
    broker: {
      capabilities: broker.capabilities,
      connect: () => broker.connect(),
      close: () => broker.close(),
      publish: (publications, how) => broker.publish(publications, how),
      revoke: (ids, how) => broker.revoke(ids, how),
      setRate: (...rate) => broker.setRate(...rate),
      consume: async (queues, how) => noteWhatPasses(await broker.consume(queues, how), note),
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

function noteWhatPasses(consumer: Consumer, note: Note): Consumer {
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
