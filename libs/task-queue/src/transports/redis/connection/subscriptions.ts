import type { RedisConnection } from './redis-connection.js';

/** ms until a subscription that failed is tried again; a break of the connection renews all by itself */
const RETRY = 1_000;

/** Who listens to which channel on the subscriber connection; subscribes again after each break. */
export class Subscriptions {
  readonly #listeners = new Map<string, Set<(message: string) => void>>();
  #attached = false;
  #closed = false;

  constructor(private readonly connection: RedisConnection) {}

  /** Resolves when messages arrive, or after `patience` ms: it then goes on trying. @returns how to stop listening */
  async listen(channel: string, listener: (message: string) => void, patience: number): Promise<() => Promise<void>> {
    this.#attach();
    let listeners = this.#listeners.get(channel);
    const fresh = listeners === undefined;
    if (listeners === undefined) this.#listeners.set(channel, (listeners = new Set()));
    listeners.add(listener);
    if (fresh || this.connection.usableSince === null) {
      if (await this.connection.usable(patience)) await this.#subscribe(channel);
    }
    return async () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return;
      this.#listeners.delete(channel);
      await this.connection.send('unsubscribe', [channel]).catch(() => {
        // Not connected: then it is not subscribed either.
      });
    };
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
  }

  #attach(): void {
    if (this.#attached) return;
    this.#attached = true;
    this.connection.onMessage((channel, message) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener(message);
    });
    this.connection.onUsable(() => {
      for (const channel of this.#listeners.keys()) void this.#subscribe(channel);
    });
  }

  async #subscribe(channel: string): Promise<void> {
    try {
      await this.connection.send('subscribe', [channel]);
    } catch {
      if (this.#closed || this.connection.usableSince === null) return;
      setTimeout(() => void this.#subscribe(channel), RETRY).unref();
    }
  }
}
