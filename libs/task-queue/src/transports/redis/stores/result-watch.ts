import type { TaskResultRecord } from '../../../core/message/task-result.js';
import { isTerminal } from '../../../core/message/task-state.js';
import { chunks } from '../../../core/ports/stores/chunks.js';
import { callStore } from '../connection/call-store.js';
import { decodeRecord } from './record-codec.js';
import type { RedisContext } from '../redis-context.js';
import type { Subscriptions } from '../connection/subscriptions.js';

/** ms between two looks at an id behind the subscription: at first, and at most */
const FIRST_POLL = 1_000;
const LAST_POLL = 5_000;
/** ms that the store remembers that somebody waits; renewed by each look */
const NOTE_TTL = 20_000;

interface Wait {
  readonly settle: (record: TaskResultRecord | null) => void;
}

/** Waits for terminal records: one subscription for the whole process, one look for all ids together behind it. */
export class ResultWatch {
  readonly #waits = new Map<string, Set<Wait>>();
  #listening: Promise<unknown> | null = null;
  #fresh: string[] = [];
  #poll: NodeJS.Timeout | null = null;
  #pause = FIRST_POLL;
  #closed = false;

  constructor(
    private readonly context: RedisContext,
    private readonly subscriptions: Subscriptions,
  ) {}

  /** @returns null when the signal is aborted first, or this is closed */
  wait(id: string, signal: AbortSignal): Promise<TaskResultRecord | null> {
    if (signal.aborted || this.#closed) return Promise.resolve(null);
    return new Promise((resolve) => {
      const waits = this.#waits.get(id) ?? new Set<Wait>();
      this.#waits.set(id, waits);
      const end = (record: TaskResultRecord | null): void => {
        signal.removeEventListener('abort', aborted);
        waits.delete(wait);
        if (waits.size === 0 && this.#waits.get(id) === waits) this.#waits.delete(id);
        resolve(record);
      };
      const wait: Wait = { settle: end };
      const aborted = (): void => end(null);
      signal.addEventListener('abort', aborted, { once: true });
      waits.add(wait);
      this.#lookSoon(id);
    });
  }

  close(): void {
    this.#closed = true;
    if (this.#poll !== null) clearTimeout(this.#poll);
    for (const waits of [...this.#waits.values()]) for (const wait of [...waits]) wait.settle(null);
  }

  /** Subscribed first, read afterwards: what is saved in between is announced. */
  #lookSoon(id: string): void {
    this.#fresh.push(id);
    if (this.#fresh.length > 1) return;
    this.#listening ??= this.subscriptions.listen(this.context.keys.resultsChannel, (done) => this.#announced(done), FIRST_POLL);
    void this.#listening.then(
      () => this.#lookAtFresh(),
      () => this.#lookAtFresh(),
    );
  }

  #lookAtFresh(): void {
    const ids = this.#fresh;
    this.#fresh = [];
    void this.#look(ids);
    this.#pause = FIRST_POLL;
    this.#pollLater();
  }

  #announced(id: string): void {
    if (this.#waits.has(id)) this.#look([id]).catch(() => {});
  }

  #pollLater(): void {
    if (this.#poll !== null) clearTimeout(this.#poll);
    this.#poll = null;
    if (this.#closed || this.#waits.size === 0) return;
    this.#poll = setTimeout(() => {
      this.#pause = Math.min(LAST_POLL, this.#pause * 1.5);
      void this.#look([...this.#waits.keys()]).finally(() => this.#pollLater());
    }, this.#pause);
  }

  async #look(ids: readonly string[]): Promise<void> {
    const { commands, keys } = this.context;
    for (const some of chunks(ids)) {
      try {
        const args = [this.context.offset(), String(NOTE_TTL), ...some];
        const records = (await callStore(commands, 'Waiting for a result', 'watchResults', [keys.waiters, keys.result], args)) as (
          string | null
        )[];
        records.forEach((text, at) => text !== null && this.#found(some[at]!, decodeRecord(text)));
      } catch {
        // Out of reach: the next look is under way.
      }
    }
  }

  #found(id: string, record: TaskResultRecord): void {
    if (!isTerminal(record.state)) return;
    for (const wait of [...(this.#waits.get(id) ?? [])]) wait.settle(record);
  }
}
