import type { Client } from 'pg';
import type { TaskLogger } from '../../../core/ports/runtime/logger.js';
import { translate } from './postgres-errors.js';

type Handler = (payload: string) => void;

/** ms between two heartbeats; below the idle timeouts of firewalls */
const HEARTBEAT = 60_000;
const ANSWER_TIMEOUT = 5_000;
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 2_000;

/**
 * The connection that receives notes. The first listener opens it; it reconnects until it is closed. After a reconnect it listens to
 * all channels again and calls every handler with '', because PostgreSQL keeps no notes for a disconnected session.
 */
export class NoteListener {
  readonly #handlers = new Map<string, Set<Handler>>();
  #client: Client | null = null;
  #heard = new Set<string>();
  #reconnect: NodeJS.Timeout | null = null;
  #heartbeat: NodeJS.Timeout | null = null;
  #syncing: Promise<void> = Promise.resolve();
  #failures = 0;
  #opening = false;
  #wasOpen = false;
  #closed = false;
  readonly #waiting = new Set<() => void>();

  constructor(
    private readonly createClient: () => Client,
    private readonly logger: TaskLogger,
  ) {}

  async listen(channel: string, handler: Handler, timeout: number): Promise<() => Promise<void>> {
    const handlers = this.#handlers.get(channel) ?? new Set<Handler>();
    this.#handlers.set(channel, handlers.add(handler));
    if (this.#client === null) this.#open();
    else this.#sync();
    await this.#until(channel, timeout);
    return async () => {
      handlers.delete(handler);
      if (handlers.size > 0 || this.#handlers.get(channel) !== handlers) return;
      this.#handlers.delete(channel);
      this.#sync();
      await this.#syncing;
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#handlers.clear();
    if (this.#reconnect !== null) clearTimeout(this.#reconnect);
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    for (const wake of [...this.#waiting]) wake();
    const client = this.#client;
    this.#client = null;
    if (client !== null) await end(client);
  }

  #open(): void {
    if (this.#opening || this.#closed || this.#client !== null) return;
    this.#opening = true;
    if (this.#reconnect !== null) clearTimeout(this.#reconnect);
    this.#reconnect = null;
    const client = this.createClient();
    client.on('error', () => {
      // The event 'end' follows.
    });
    client.on('notification', ({ channel, payload }) => this.#dispatch(channel, payload ?? ''));
    client.once('end', () => this.#lost(client));
    client.connect().then(
      () => this.#opened(client),
      (error: unknown) => this.#failed(client, error),
    );
  }

  #opened(client: Client): void {
    this.#opening = false;
    if (this.#closed) return void end(client);
    this.#client = client;
    this.#heard = new Set();
    this.#failures = 0;
    this.#sync();
    const again = this.#wasOpen;
    this.#wasOpen = true;
    this.#heartbeat = setInterval(() => void this.#ask(client, 'select 1'), HEARTBEAT).unref();
    if (again) void this.#syncing.then(() => this.#lookAll(client));
  }

  #failed(client: Client, error: unknown): void {
    this.#opening = false;
    void end(client);
    this.#failures += 1;
    if (this.#failures === 1)
      this.logger.warn('Listening to PostgreSQL is not possible yet; trying again', { error: translate(error, false) });
    this.#openLater();
  }

  #lost(client: Client): void {
    if (client !== this.#client || this.#closed) return;
    this.#client = null;
    this.#heard = new Set();
    if (this.#heartbeat !== null) clearInterval(this.#heartbeat);
    this.logger.warn('The connection that listens to PostgreSQL was lost; connecting again');
    this.#openLater();
  }

  #openLater(): void {
    if (this.#closed || this.#reconnect !== null) return;
    const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(this.#failures, 10));
    this.#reconnect = setTimeout(() => this.#open(), longest / 2 + Math.random() * (longest / 2)).unref();
  }

  /** Makes the channels of the session those of the handlers. Changes run one after another. */
  #sync(): void {
    this.#syncing = this.#syncing.then(async () => {
      const client = this.#client;
      if (client === null) return;
      for (const channel of this.#handlers.keys()) {
        if (this.#heard.has(channel)) continue;
        if (!(await this.#ask(client, `listen ${client.escapeIdentifier(channel)}`))) return;
        this.#heard.add(channel);
      }
      for (const channel of this.#heard) {
        if (this.#handlers.has(channel)) continue;
        this.#heard.delete(channel);
        await this.#ask(client, `unlisten ${client.escapeIdentifier(channel)}`);
      }
      for (const wake of [...this.#waiting]) wake();
    });
  }

  /** @returns false if there is no answer; the connection is closed then */
  async #ask(client: Client, text: string): Promise<boolean> {
    try {
      await client.query({ text, query_timeout: ANSWER_TIMEOUT } as { text: string });
      return true;
    } catch {
      destroy(client);
      this.#lost(client);
      return false;
    }
  }

  #dispatch(channel: string, payload: string): void {
    for (const handler of [...(this.#handlers.get(channel) ?? [])]) handler(payload);
  }

  #lookAll(client: Client): void {
    if (client !== this.#client) return;
    for (const channel of [...this.#handlers.keys()]) this.#dispatch(channel, '');
  }

  #until(channel: string, timeout: number): Promise<void> {
    if (this.#heard.has(channel)) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        if (!this.#closed && !this.#heard.has(channel) && this.#handlers.has(channel)) return;
        finish();
      };
      const finish = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(finish, timeout);
      this.#waiting.add(done);
    });
  }
}

async function end(client: Client): Promise<void> {
  const timer = setTimeout(() => destroy(client), ANSWER_TIMEOUT).unref();
  await client.end().catch(() => {});
  clearTimeout(timer);
}

/** A peer that no longer answers does not answer the end message either. */
function destroy(client: Client): void {
  (client as Client & { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
