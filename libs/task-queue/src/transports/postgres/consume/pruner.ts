import { createHash } from 'node:crypto';
import type { TaskLogger } from '../../../core/ports/runtime/logger.js';
import type { PostgresConnection, Statement } from '../connection/sql.js';

/** ms between two rounds, plus a random part of up to as much, so that processes do not prune together */
const PAUSE = 120_000;
/** rows that one statement removes: few enough that no other statement waits long */
const BATCH = 1_000;

/**
 * Removes expired rows in batches, with one query for all tables. Any number of processes do so at once: each skips rows that
 * another has locked. A statement takes the batch size and the shift of the clock, and answers one row for each row it removed.
 */
export class Pruner {
  readonly #statements: Statement[] = [];
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

  /** One round. A failure is left to the next round. */
  async prune(): Promise<void> {
    if (this.#statements.length === 0) return;
    const all = together(this.#statements);
    try {
      for (let most = BATCH; most === BATCH && !this.#stopped;) {
        const [removed] = await this.connection.query<{ most: number }>(all, [BATCH, this.shift()]);
        most = removed!.most;
      }
    } catch (error) {
      this.logger.debug('Expired rows could not be removed; trying again later', { error });
    }
  }
}

/** All statements as one; it answers the largest number of removed rows. One query each would be most of an idle worker's queries. */
function together(statements: readonly Statement[]): Statement {
  const parts = statements.map(({ text }, at) => `removed${at} as (\n${text.trim()}\n)`);
  const counts = statements.map((_, at) => `(select count(*) from removed${at})`);
  const text = `with ${parts.join(', ')} select greatest(${counts.join(', ')})::integer as most`;
  return { name: `tq_prune_${createHash('sha256').update(text).digest('hex').slice(0, 10)}`, text };
}
