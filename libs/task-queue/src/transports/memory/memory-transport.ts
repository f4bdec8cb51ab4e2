import type { Transport, TransportOptions } from '../../core/ports/broker/transport.js';
import { MemoryBroker } from './memory-broker.js';
import { MemoryControlChannel } from './stores/memory-control-channel.js';
import { MemoryInspector } from './stores/memory-inspector.js';
import { MemoryJoinStore } from './stores/memory-join-store.js';
import { MemoryResults } from './stores/memory-results.js';
import { MemorySchedules } from './stores/memory-schedules.js';
import { MemorySession } from './memory-session.js';

/** All seams over one session on a shared store. */
export class MemoryTransport implements Transport {
  readonly broker: MemoryBroker;
  readonly results: MemoryResults;
  readonly joins: MemoryJoinStore;
  readonly control: MemoryControlChannel;
  readonly inspector: MemoryInspector;
  readonly schedules: MemorySchedules;
  private readonly session: MemorySession;

  /** @param name of the store; transports of one name in one process share it */
  constructor(name: string, options: TransportOptions) {
    this.session = new MemorySession(name, options);
    this.broker = new MemoryBroker(this.session);
    this.results = new MemoryResults(this.session);
    this.joins = new MemoryJoinStore(this.session);
    this.control = new MemoryControlChannel(this.session);
    this.inspector = new MemoryInspector(this.session);
    this.schedules = new MemorySchedules(this.session);
  }

  connect(): Promise<void> {
    return this.session.connect();
  }

  close(): Promise<void> {
    return this.session.close();
  }
}
