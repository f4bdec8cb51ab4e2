import type { Broker } from '../../core/ports/broker/broker.js';
import type { BrokerCapabilities } from '../../core/ports/broker/capabilities.js';
import type { Settlement } from '../../core/ports/broker/consumer.js';
import type { Publication } from '../../core/ports/broker/publication.js';
import type { CompleteTransport, Transport } from '../../core/ports/broker/transport.js';

/**
 * The transport under test, whose absent parts and capabilities reject by `miss` where a test uses them: that test does not
 * apply to it.
 */
export function completedBy(transport: Transport, miss: () => Promise<never>): CompleteTransport {
  const absent = new Proxy({}, { get: () => miss }) as never;
  const { results = absent, joins = absent, control = absent, inspector = absent, schedules = absent } = transport;
  const broker = watched(transport, miss);
  const connect = () => transport.connect();
  const close = () => transport.close();
  return { broker, results, joins, control, inspector, schedules, connect, close };
}

function watched({ broker, joins }: Transport, miss: () => Promise<never>): CompleteTransport['broker'] {
  const { capabilities, transactional } = broker;
  const consume: Broker['consume'] = async (queues, options) => {
    const consumer = await broker.consume(queues, options);
    const settle = consumer.settle.bind(consumer);
    const beyond = (one: Settlement) => settlesBeyond(one, capabilities) || (one.arrivals !== undefined && joins === undefined);
    consumer.settle = (settlements) => (settlements.some(beyond) ? miss() : settle(settlements));
    return consumer;
  };
  return {
    capabilities,
    ...(transactional && { transactional }),
    connect: () => broker.connect(),
    close: () => broker.close(),
    publish: (publications, options) =>
      publications.some((one) => publishesBeyond(one, capabilities)) ? miss() : broker.publish(publications, options),
    consume,
    revoke: broker.revoke?.bind(broker) ?? miss,
    setRate: broker.setRate?.bind(broker) ?? miss,
  };
}

const USUAL_PRIORITY = 5;

function publishesBeyond({ unique, limit, priority, traced }: Publication, has: BrokerCapabilities): boolean {
  if (unique !== undefined && !has.unique) return true;
  if (limit !== undefined && !has.rateLimits) return true;
  // A priority that is out of range is refused by each broker.
  if (priority !== USUAL_PRIORITY && priority >= 0 && priority <= 9 && !has.priorities) return true;
  return traced && !has.dedup;
}

function settlesBeyond(settlement: Settlement, has: BrokerCapabilities): boolean {
  if (settlement.result !== undefined && !has.atomicResults) return true;
  if (settlement.publish !== undefined && !has.atomicFollowUps) return true;
  if (settlement.kind === 'retry') return settlement.priority !== USUAL_PRIORITY && !has.priorities;
  return 'traced' in settlement && settlement.traced && !has.dedup;
}
