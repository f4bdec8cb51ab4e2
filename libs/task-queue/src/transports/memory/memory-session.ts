import { BrokerUnavailableError } from '../../core/errors/publish-errors.js';
import type { TransportOptions } from '../../core/ports/broker/transport.js';
import type { MemoryStore } from './memory-store.js';
import { acquireStore, releaseStore } from './stores/shared-stores.js';

/** One user's connection to a shared store: what the seams of a transport have in common. */
export class MemorySession {
  /** called once each when the session closes */
  readonly onClose = new Set<() => void>();
  private connected: MemoryStore | null = null;

  constructor(
    private readonly name: string,
    readonly options: TransportOptions,
  ) {}

  async connect(): Promise<void> {
    this.connected ??= acquireStore(this.name);
  }

  async close(): Promise<void> {
    if (!this.connected) return;
    for (const end of [...this.onClose]) end();
    this.onClose.clear();
    this.connected = null;
    releaseStore(this.name);
  }

  /** @throws BrokerUnavailableError before `connect` and after `close` */
  store(purpose: string): MemoryStore {
    if (!this.connected) throw new BrokerUnavailableError(`${purpose} over memory://, which is not connected`);
    return this.connected;
  }

  /** epoch ms by the store's clock */
  now(): number {
    return this.options.clock.now() + this.options.timeOffset();
  }
}
