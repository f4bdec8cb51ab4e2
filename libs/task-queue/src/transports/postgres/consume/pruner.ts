import type { TaskLogger } from '../../../core/ports/runtime/logger.js';
import type { PostgresConnection, Statement } from '../connection/sql.js';

/** ms between two rounds, plus a random part of up to as much, so that processes do not prune together */
const PAUSE = 300_000;
/** rows that one statement removes: few enough that no other statement waits long */
const BATCH = 1_000;

/**
 * Removes expired rows in batches, each table by statements of its own: one that is slow or fails stops no other. Any number of processes
 * do so at once: each skips rows that another has locked. A statement takes the batch size and the shift of the clock, and answers one
 * row for each row it removed.
 */
export class Pruner {
  readonly #statements: Statement[] = [];
  /** names of statements whose last run failed */
  readonly #failing = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  #round: Promise<void> = Promise.resolve();

  constructor(
    private readonly connection: PostgresConnection,
    private readonly shift: () => number,
    private readonly logger: TaskLogger,
  ) {}

  add(...statements: readonly Statement[]): void {
    this.#statements.push(...statements);
  }

  start(): void {
    if (this.#timer !== null || this.#stopped) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.#round = this.prune().then(() => this.start());
      },
      PAUSE * (1 + Math.random()),
    ).unref();
  }

  /** Resolves when no statement is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#round;
  }

  /** One round: a batch of each table, then of those with more, until none has. What fails is left to the next round. */
  async prune(): Promise<void> {
    for (let left = this.#statements; left.length > 0;) {
      const more: Statement[] = [];
      for (const statement of left) {
        if (this.#stopped) return;
        if (await this.#removesFull(statement)) more.push(statement);
      }
      left = more;
    }
  }

  /** @returns whether it removed a full batch: there may be more */
  async #removesFull({ name, text }: Statement): Promise<boolean> {
    try {
      // Not prepared, so that its plan is that of the table as it is now.
      const removed = await this.connection.query({ name: '', text }, [BATCH, this.shift()]);
      this.#failing.delete(name);
      return removed.length >= BATCH;
    } catch (error) {
      const known = this.#failing.has(name);
      this.#failing.add(name);
      this.logger[known ? 'debug' : 'warn']('Expired rows could not be removed; trying again in some minutes', { statement: name, error });
      return false;
    }
  }
}
