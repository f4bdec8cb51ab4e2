import type { Transport, TransportOptions } from '../../core/ports/broker/transport.js';
import { MemoryBroker } from './memory-broker.js';
import { MemoryControlChannel } from './stores/memory-control-channel.js';
import { MemoryInspector } from './stores/memory-inspector.js';
import { MemoryJoinStore } from './stores/memory-join-store.js';
import { MemoryResults } from './stores/memory-results.js';
import { MemorySchedules } from './stores/memory-schedules.js';
import { MemorySession } from './memory-session.js';
import { TransportPart } from '../shared/transport-part.js';

/** All seams over one session on a shared store. */
export class MemoryTransport extends TransportPart implements Transport {
  readonly broker: MemoryBroker;
  readonly results: MemoryResults;
  readonly joins: MemoryJoinStore;
  readonly control: MemoryControlChannel;
  readonly inspector: MemoryInspector;
  readonly schedules: MemorySchedules;

  /** @param name of the store; transports of one name in one process share it */
  constructor(name: string, options: TransportOptions) {
    const session = new MemorySession(name, options);
    super(session);
    this.broker = new MemoryBroker(session);
    this.results = new MemoryResults(session);
    this.joins = new MemoryJoinStore(session);
    this.control = new MemoryControlChannel(session);
    this.inspector = new MemoryInspector(session);
    this.schedules = new MemorySchedules(session);
  }
}
