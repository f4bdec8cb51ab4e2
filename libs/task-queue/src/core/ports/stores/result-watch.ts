import { isTerminal } from '../../message/task-state.js';
import type { TaskResultRecord } from '../../message/task-result.js';
import type { Clock, ClockTimer } from '../runtime/clock.js';

/** Where a {@link ResultWatch} finds results. */
export interface ResultSource {
  /**
   * Subscribes to saved results; called once, before the first look. Absent: nothing is announced.
   * @param announced see {@link ResultWatch.announce}
   */
  listen?(announced: (id: string) => void): Promise<unknown>;
  /** The records of these ids that exist. It may also note in the store that this process waits for them. */
  look(ids: readonly string[]): Promise<readonly (TaskResultRecord | null)[]>;
  /** The same for an announced id; absent: `look` */
  read?(ids: readonly string[]): Promise<readonly (TaskResultRecord | null)[]>;
}

/** ms between two looks at the ids that are waited for: at first, and at most. */
export interface PollPace {
  readonly first: number;
  readonly longest: number;
  readonly growth: number;
}

type Finish = (end: TaskResultRecord | Error | null) => void;

/**
 * Waits for terminal records on behalf of a whole process: one subscription, and one look at a time for all ids together. It
 * subscribes before it looks, so that a result saved in between is announced; polls find what an announcement did not bring.
 */
export class ResultWatch {
  readonly #waits = new Map<string, Set<Finish>>();
  readonly #asked = new Set<string>();
  #listening: Promise<unknown> | undefined;
  #looking = false;
  #timer: ClockTimer | undefined;
  #delay = 0;
  #closed = false;

  /** @param pace null = no polls: every save is announced */
  constructor(
    private readonly source: ResultSource,
    private readonly pace: PollPace | null,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns null when the signal is aborted first, or the watch is closed
   * @throws the error that `close` was given
   */
  wait(id: string, signal: AbortSignal): Promise<TaskResultRecord | null> {
    if (signal.aborted || this.#closed) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      const finish: Finish = (end) => {
        signal.removeEventListener('abort', abort);
        this.#remove(id, finish);
        if (end instanceof Error) reject(end);
        else resolve(end);
      };
      const abort = (): void => finish(null);
      signal.addEventListener('abort', abort, { once: true });
      const others = this.#waits.get(id);
      if (others === undefined) this.#waits.set(id, new Set([finish]));
      else others.add(finish);
      this.#delay = this.pace?.first ?? 0;
      this.#ask([id]);
    });
  }

  has(id: string): boolean {
    return this.#waits.has(id);
  }

  /** Ends the waits for a record if it is terminal. Each wait gets a record of its own. */
  tell(record: TaskResultRecord): void {
    const waits = isTerminal(record.state) ? [...(this.#waits.get(record.id) ?? [])] : [];
    waits.forEach((finish, at) => finish(at === 0 ? record : structuredClone(record)));
  }

  /** A result was saved: looks for it where somebody waits for it. '' = announcements may have been missed. */
  announce(id: string): void {
    if (id === '') this.#ask(this.#waits.keys());
    else if (this.has(id)) void this.#tellFound((this.source.read ?? this.source.look)([id]));
  }

  /** Ends every wait, with null or the error. */
  close(error: Error | null = null): void {
    this.#closed = true;
    for (const finish of [...this.#waits.values()].flatMap((waits) => [...waits])) finish(error);
  }

  #ask(ids: Iterable<string>): void {
    for (const id of ids) this.#asked.add(id);
    if (!this.#looking) void this.#lookAtAsked();
  }

  async #lookAtAsked(): Promise<void> {
    this.#looking = true;
    this.#timer?.clear();
    this.#listening ??= this.source.listen?.((id) => this.announce(id)).catch(() => {});
    await this.#listening;
    while (this.#asked.size > 0) {
      const ids = [...this.#asked].filter((id) => this.has(id));
      this.#asked.clear();
      if (ids.length > 0) await this.#tellFound(this.source.look(ids));
    }
    this.#looking = false;
    this.#pollLater();
  }

  async #tellFound(looked: Promise<readonly (TaskResultRecord | null)[]>): Promise<void> {
    try {
      for (const record of await looked) if (record !== null) this.tell(record);
    } catch {
      // The store is out of reach; the next poll looks again.
    }
  }

  #pollLater(): void {
    if (this.pace === null || this.#waits.size === 0) return;
    this.#timer = this.clock.timer(this.#delay, () => this.#ask(this.#waits.keys()));
    this.#delay = Math.min(this.pace.longest, this.#delay * this.pace.growth);
  }

  #remove(id: string, finish: Finish): void {
    const waits = this.#waits.get(id);
    waits?.delete(finish);
    if (waits?.size === 0) this.#waits.delete(id);
    if (this.#waits.size === 0) this.#timer?.clear();
  }
}
