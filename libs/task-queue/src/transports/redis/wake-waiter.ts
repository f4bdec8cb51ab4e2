import { pause, within } from './attempt.js';
import { monotonic } from './monotonic.js';
import type { RedisConnection } from './redis-connection.js';
import type { QueueKeys } from './redis-keys.js';

/** ms beyond its own timeout after which a blocking read is taken for lost */
const GRACE = 2_000;
/** ms that closing waits for a read to be ended by the server */
const FAREWELL = 500;
/** ms between a read that failed and the next */
const AFTER_FAILURE = 100;

interface Read {
  /** monotonic ms at which the server ends it */
  readonly until: number;
  /** the key of the wake list that had an item, null = none; never rejects */
  readonly done: Promise<string | null>;
}

/**
 * Waits for wake-ups of some queues on a connection of its own. A read that outlives its wait (the wait was aborted) serves
 * the next one; a wake-up that comes while nobody waits is handed on with `ring`, so that it is not lost to other workers.
 */
export class WakeWaiter {
  readonly #keys: readonly string[];
  #read: Read | null = null;
  #waits = 0;
  #clientId: string | null = null;
  #introduced = -1;
  #closed = false;

  constructor(
    private readonly connection: RedisConnection,
    private readonly commands: RedisConnection,
    queues: readonly QueueKeys[],
    private readonly ring: (wake: string) => void,
  ) {
    this.#keys = queues.map((queue) => queue.wake);
  }

  /**
   * Ends at a wake-up, after `timeout` ms, when the signal is aborted, or after a break of the connection.
   * @returns whether there is a reason to look: a wake-up, or one that may have been lost
   */
  async wait(timeout: number, signal: AbortSignal): Promise<boolean> {
    const deadline = monotonic() + timeout;
    this.#waits += 1;
    try {
      while (!this.#closed && !signal.aborted && monotonic() < deadline) {
        if (this.#read === null) {
          const generation = this.connection.generation;
          if (!(await this.connection.usable(deadline - monotonic(), signal))) return true;
          await this.#introduce();
          if (generation !== this.connection.generation && generation > 0) return true;
          this.#read ??= this.#begin(deadline);
        }
        if (signal.aborted || (await this.#await(this.#read, deadline, signal))) return true;
      }
      return false;
    } finally {
      this.#waits -= 1;
    }
  }

  /** Ends waits under way. A read is ended by the server: one that is merely cut off could still take a wake-up with it. */
  async close(): Promise<void> {
    this.#closed = true;
    const read = this.#read;
    if (read !== null && this.connection.usableSince !== null) {
      this.commands.send('client', ['UNBLOCK', this.#clientId ?? '0']).catch(() => {
        // Not connected: nothing can be handed on either.
      });
      const wake = await within(read.done, FAREWELL);
      if (wake !== null) this.ring(wake);
    }
    this.connection.close();
  }

  /** Learns the connection's name at the server, by which a read can be ended. */
  async #introduce(): Promise<void> {
    const { generation } = this.connection;
    if (this.#introduced === generation) return;
    this.#clientId = null;
    const id = await this.connection.send('client', ['ID']).catch(() => null);
    if (id === null) return;
    this.#clientId = String(id as number);
    this.#introduced = generation;
  }

  #begin(deadline: number): Read {
    const timeout = Math.max(1, deadline - monotonic());
    const answer = this.connection.send('blpop', [...this.#keys, (timeout / 1_000).toFixed(3)], true);
    const done = answer.then(
      (item) => (item === null ? null : (item as string[])[0]!),
      () => pause(AFTER_FAILURE).then(() => null),
    );
    const read: Read = { until: monotonic() + timeout, done };
    void done.then((key) => {
      if (this.#read === read) this.#read = null;
      if (key !== null && this.#waits === 0 && !this.#closed) this.ring(key);
    });
    return read;
  }

  /** @returns true when the wait is over */
  async #await(read: Read, deadline: number, signal: AbortSignal): Promise<boolean> {
    const mine = read.until <= deadline + 1;
    const generation = this.connection.generation;
    let end: ((over: 'time' | 'abort') => void) | undefined;
    const local = new Promise<'time' | 'abort'>((resolve) => (end = resolve));
    const timer = setTimeout(() => end!('time'), (mine ? read.until + GRACE : deadline) - monotonic());
    const aborted = (): void => end!('abort');
    signal.addEventListener('abort', aborted, { once: true });
    const first = await Promise.race([read.done, local]);
    clearTimeout(timer);
    signal.removeEventListener('abort', aborted);
    if (first === 'abort') return true;
    if (first === 'time') {
      if (mine) this.connection.reopen();
      return true;
    }
    return first !== null || generation !== this.connection.generation || this.connection.usableSince === null;
  }
}
