import { pause } from '../../shared/pause.js';
import { afterPendingInput } from '../../shared/pending-input.js';
import { within } from '../connection/call-store.js';
import { monotonic } from '../../shared/monotonic.js';
import type { RedisConnection } from '../connection/redis-connection.js';
import type { QueueKeys } from '../connection/redis-keys.js';

/** ms beyond its own timeout after which a blocking read counts as lost */
const GRACE = 2_000;
/** ms for which closing waits until the server has ended a read */
const CLOSE_TIMEOUT = 500;
/** ms between a failed read and the next */
const AFTER_FAILURE = 100;
/** ms between two tries to end a read of queues that are no longer watched: the first may come before the read has begun */
const END_AGAIN = 50;

interface Read {
  readonly keys: readonly string[];
  /** monotonic ms at which the server ends it */
  readonly until: number;
  /** the key of the wake list that had an item, null = none; never rejects */
  readonly done: Promise<string | null>;
}

/**
 * Waits for wake-ups of some queues on a connection of its own. A read that outlives its aborted wait serves the next wait. A
 * wake-up that arrives while no receive waits is passed on with `ring`, so that other workers get it.
 */
export class WakeWaiter {
  #keys: readonly string[];
  #interrupts = 0;
  readonly #onInterrupt = new Set<() => void>();
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

  /** Waits for these queues from now on. A wait under way ends, so that the receive looks at them. */
  watch(queues: readonly QueueKeys[]): void {
    this.#keys = queues.map((queue) => queue.wake);
    this.interrupt();
  }

  /** Ends a wait under way: there is a reason to look. */
  interrupt(): void {
    this.#interrupts += 1;
    for (const end of [...this.#onInterrupt]) end();
  }

  /**
   * Ends at a wake-up, after `timeout` ms, when the signal is aborted, or after a break of the connection.
   * @returns whether there is a reason to look: a wake-up came, or may have been lost
   */
  async wait(timeout: number, signal: AbortSignal): Promise<boolean> {
    const deadline = monotonic() + timeout;
    const interrupts = this.#interrupts;
    this.#waits += 1;
    try {
      while (!this.#closed && !signal.aborted && monotonic() < deadline) {
        if (this.#read === null) {
          const generation = this.connection.generation;
          if (!(await this.connection.usable(deadline - monotonic(), signal))) return true;
          await this.#introduce();
          if (generation !== this.connection.generation && generation > 0) return true;
          if (this.#keys.length > 0) this.#read ??= this.#begin(deadline);
        } else if (this.#read.keys !== this.#keys) {
          if ((await this.#end(this.#read, END_AGAIN)) !== null) return true;
          continue;
        }
        if (signal.aborted || interrupts !== this.#interrupts || (await this.#await(this.#read, deadline, signal))) return true;
      }
      return false;
    } finally {
      this.#waits -= 1;
    }
  }

  /** Ends waits under way. The server ends the read: a read that is only cut off could still take a wake-up. */
  async close(): Promise<void> {
    this.#closed = true;
    const read = this.#read;
    if (read !== null && this.connection.usableSince !== null) {
      const wake = await this.#end(read, CLOSE_TIMEOUT);
      if (wake !== null) this.ring(wake);
    }
    this.connection.close();
  }

  /** Asks the server to end a read. @returns the key of a wake-up that the read took before, null = none */
  async #end(read: Read, timeout: number): Promise<string | null> {
    this.commands.send('client', ['UNBLOCK', this.#clientId ?? '0']).catch(() => {
      // Not connected: a wake-up cannot be passed on either.
    });
    return within(read.done, timeout);
  }

  /** Learns the connection's id at the server, by which a read can be ended. */
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
    const keys = this.#keys;
    const answer = this.connection.send('blpop', [...keys, (timeout / 1_000).toFixed(3)], { blocks: true });
    const done = answer.then(
      (item) => (item === null ? null : (item as string[])[0]!),
      () => pause(AFTER_FAILURE).then(() => null),
    );
    const read: Read = { keys, until: monotonic() + timeout, done };
    void done.then((key) => {
      if (this.#read === read) this.#read = null;
      if (key !== null && (this.#waits === 0 || !this.#keys.includes(key)) && !this.#closed) this.ring(key);
    });
    return read;
  }

  /** @param read null = there is no queue to wait for · @returns true when the wait is over */
  async #await(read: Read | null, deadline: number, signal: AbortSignal): Promise<boolean> {
    const mine = read !== null && read.until <= deadline + 1;
    const generation = this.connection.generation;
    let end: ((over: 'time' | 'now') => void) | undefined;
    const local = new Promise<'time' | 'now'>((resolve) => (end = resolve));
    const timer = setTimeout(() => end!('time'), (mine ? read.until + GRACE : deadline) - monotonic());
    const now = (): void => end!('now');
    signal.addEventListener('abort', now, { once: true });
    this.#onInterrupt.add(now);
    let first = await Promise.race(read === null ? [local] : [read.done, local]);
    // The timer may be late, and the answer wait in the socket.
    if (first === 'time' && mine)
      first = await Promise.race([read.done, new Promise<'time'>((late) => afterPendingInput(() => late('time')))]);
    clearTimeout(timer);
    signal.removeEventListener('abort', now);
    this.#onInterrupt.delete(now);
    if (first === 'now') return true;
    if (first === 'time') {
      if (mine) this.connection.reopen();
      return true;
    }
    return first !== null || generation !== this.connection.generation || this.connection.usableSince === null;
  }
}
