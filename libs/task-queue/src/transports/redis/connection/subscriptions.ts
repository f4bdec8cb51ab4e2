import type { RedisConnection } from './redis-connection.js';

/** ms until a failed subscription is retried; after a break of the connection all are renewed anyway */
const RETRY = 1_000;

/** The listeners of each channel on the subscriber connection. It subscribes again after each break. */
export class Subscriptions {
  readonly #listeners = new Map<string, Set<(message: string) => void>>();
  #attached = false;
  #closed = false;

  constructor(private readonly connection: RedisConnection) {}

  /** Resolves when subscribed, or after `timeout` ms; then it keeps trying. @returns how to stop listening */
  async listen(channel: string, listener: (message: string) => void, timeout: number): Promise<() => Promise<void>> {
    this.#attach();
    let listeners = this.#listeners.get(channel);
    const fresh = listeners === undefined;
    if (listeners === undefined) this.#listeners.set(channel, (listeners = new Set()));
    listeners.add(listener);
    if (fresh || this.connection.usableSince === null) {
      if (await this.connection.usable(timeout)) await this.#subscribe(channel);
    }
    return async () => {
      listeners.delete(listener);
      if (listeners.size > 0 || this.#listeners.get(channel) !== listeners) return;
      this.#listeners.delete(channel);
      await this.connection.send('unsubscribe', [channel]).catch(() => {
        // Not connected, so not subscribed either.
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
