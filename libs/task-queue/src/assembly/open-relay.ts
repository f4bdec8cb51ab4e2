import type { Listeners } from '../core/attempt/listening/listeners.js';
import type { Clock } from '../core/ports/runtime/clock.js';
import type { TaskLogger } from '../core/ports/runtime/logger.js';
import { Relay } from '../database/outbox/relay.js';
import type { QueueInstance } from './queue-instance.js';

export interface RelayParts {
  readonly queue: QueueInstance;
  readonly listeners: Listeners;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

/** The relay of a worker's process, not started; undefined without an outbox. */
export function openRelay({ queue, listeners, logger, clock }: RelayParts): Pick<Relay, 'start' | 'stop'> | undefined {
  const { outbox, options, transport } = queue;
  if (outbox === undefined || !outbox.options.relay) return undefined;
  const { publishTimeout } = options;
  return new Relay({ outbox, broker: transport.broker, publishTimeout, onRelayed: listeners.signals.outbox_relayed, logger, clock });
}
