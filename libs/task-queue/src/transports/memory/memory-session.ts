import { BrokerUnavailableError } from '../../core/errors/publish-errors.js';
import type { TransportOptions } from '../../core/ports/broker/transport.js';
import { MemoryStore } from './memory-store.js';

const stores = new Map<string, { readonly store: MemoryStore; users: number }>();

/** One user's connection to a store. Sessions of one name share the store, and the last one takes it with it. */
export class MemorySession {
  /** called once each when the session closes */
  readonly onClose = new Set<() => void>();
  private connected: MemoryStore | null = null;

  constructor(
    private readonly name: string,
    readonly options: TransportOptions,
  ) {}

  async connect(): Promise<void> {
    if (this.connected) return;
    const entry = stores.get(this.name) ?? { store: new MemoryStore(), users: 0 };
    stores.set(this.name, entry);
    entry.users++;
    this.connected = entry.store;
  }

  async close(): Promise<void> {
    if (!this.connected) return;
    for (const end of [...this.onClose]) end();
    this.onClose.clear();
    this.connected = null;
    if (--stores.get(this.name)!.users === 0) stores.delete(this.name);
  }

  /** @throws BrokerUnavailableError before `connect` and after `close` */
  store(purpose: string): MemoryStore {
    if (!this.connected) throw new BrokerUnavailableError(`${purpose} over memory://, which is not connected`);
    return this.connected;
  }

  /** epoch ms by the store's clock, which tests shift */
  now(): number {
    return this.options.clock.now() + this.options.timeOffset();
  }
}
