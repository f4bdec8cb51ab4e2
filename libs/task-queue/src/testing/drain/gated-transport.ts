import type { CompleteTransport } from '../../core/ports/broker/transport.js';
import type { Gate } from './gate.js';
import { GatedConsumer, type GateContext } from './gated-consumer.js';

/** A transport for the workers of the testing kit: its consumers obey the gate. */
export function gatedTransport(transport: CompleteTransport, gate: Gate, published: GateContext['published']): CompleteTransport {
  const { broker, inspector } = transport;
  const gated: CompleteTransport['broker'] = {
    capabilities: broker.capabilities,
    connect: () => broker.connect(),
    close: () => broker.close(),
    async publish(publications, options) {
      const receipts = await broker.publish(publications, options);
      published(publications);
      gate.moveOn();
      return receipts;
    },
    consume: (queues, options) =>
      GatedConsumer.open((changed) => broker.consume(queues, changed), queues, options, { inspector, gate, published }),
    revoke: (ids, options) => broker.revoke(ids, options),
    async setRate(key, intervalMs) {
      await broker.setRate(key, intervalMs);
      gate.moveOn();
    },
  };
  return { ...transport, broker: gated };
}
