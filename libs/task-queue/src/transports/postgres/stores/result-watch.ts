import type { TaskResultRecord } from '../../../core/message/task-result.js';
import { isTerminal } from '../../../core/message/task-state.js';
import { chunks } from '../../../core/ports/stores/chunks.js';
import { callStore } from '../connection/call-store.js';
import type { PostgresContext } from '../postgres-context.js';
import { fromStored, toStored } from '../connection/stored-text.js';

/** ms between two looks behind the notes: soon for what was being saved while the wait began, then rarely */
const FIRST_POLL = 100;
const LAST_POLL = 5_000;
/** the same without notes */
const LAST_POLL_WITHOUT_NOTES = 1_000;
/** ms that the store remembers that somebody waits; renewed by each look */
const NOTE_TTL = 20_000;

type End = (record: TaskResultRecord | null) => void;

/** Waits for terminal records: one channel for the whole process, one look for all ids together behind it. */
export class ResultWatch {
  readonly #waits = new Map<string, Set<End>>();
  readonly #fresh = new Set<string>();
  #listening: Promise<unknown> | null = null;
  #poll: NodeJS.Timeout | null = null;
  #pause = FIRST_POLL;
  #lookingSoon = false;
  #closed = false;

  constructor(
    private readonly context: PostgresContext,
    private readonly load: (ids: readonly string[]) => Promise<(TaskResultRecord | null)[]>,
  ) {}

  /** @returns null when the signal is aborted first, or this is closed */
  wait(id: string, signal: AbortSignal): Promise<TaskResultRecord | null> {
    if (signal.aborted || this.#closed) return Promise.resolve(null);
    return new Promise((resolve) => {
      const waits = this.#waits.get(id) ?? new Set<End>();
      this.#waits.set(id, waits);
      const end: End = (record) => {
        signal.removeEventListener('abort', aborted);
        waits.delete(end);
        if (waits.size === 0 && this.#waits.get(id) === waits) this.#waits.delete(id);
        resolve(record);
      };
      const aborted = (): void => end(null);
      signal.addEventListener('abort', aborted, { once: true });
      waits.add(end);
      this.#lookSoon([id]);
    });
  }

  close(): void {
    this.#closed = true;
    if (this.#poll !== null) clearTimeout(this.#poll);
    for (const ends of [...this.#waits.values()]) for (const end of [...ends]) end(null);
  }

  /** Listened to and noted first, read afterwards: what is saved from then on is told. */
  #lookSoon(ids: readonly string[]): void {
    for (const id of ids) this.#fresh.add(id);
    if (this.#lookingSoon || this.#fresh.size === 0) return;
    this.#lookingSoon = true;
    const { connection } = this.context;
    this.#listening ??= connection.listen(`${connection.schema}:results`, (id) => this.#told(fromStored(id))).catch(() => {});
    void this.#listening.then(async () => {
      const asked = [...this.#fresh];
      this.#fresh.clear();
      this.#lookingSoon = false;
      this.#pause = FIRST_POLL;
      await this.#look(asked);
      this.#pollLater();
    });
  }

  /** '' = notes may have been missed. */
  #told(id: string): void {
    if (id === '') this.#lookSoon([...this.#waits.keys()]);
    else if (this.#waits.has(id)) void this.#read([id]);
  }

  #pollLater(): void {
    if (this.#poll !== null) clearTimeout(this.#poll);
    this.#poll = null;
    if (this.#closed || this.#waits.size === 0) return;
    this.#poll = setTimeout(() => void this.#look([...this.#waits.keys()]).finally(() => this.#pollLater()), this.#pause);
    this.#pause = Math.min(this.context.connection.polling ? LAST_POLL_WITHOUT_NOTES : LAST_POLL, this.#pause * 2);
  }

  async #look(ids: readonly string[]): Promise<void> {
    const { connection, statements } = this.context;
    try {
      for (const some of connection.polling ? [] : chunks(ids.map(toStored))) {
        await callStore(connection, 'Waiting for a result', statements.noteWaiters, [some, NOTE_TTL]);
      }
    } catch {
      // Out of reach: the next look is under way.
      return;
    }
    await this.#read(ids);
  }

  async #read(ids: readonly string[]): Promise<void> {
    try {
      for (const record of await this.load(ids)) if (record !== null) this.#found(record);
    } catch {
      // As above.
    }
  }

  #found(record: TaskResultRecord): void {
    if (!isTerminal(record.state)) return;
    for (const end of [...(this.#waits.get(record.id) ?? [])]) end(record);
  }
}
