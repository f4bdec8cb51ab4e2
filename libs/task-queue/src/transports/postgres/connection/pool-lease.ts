import type { Pool, PoolClient, QueryConfig } from 'pg';
import { monotonic } from '../../shared/monotonic.js';
import { ConnectionLostError } from '../../shared/store-errors.js';
import { stillUsable, translate } from './postgres-errors.js';
import type { Statement } from './sql.js';

const CANCEL_TIMEOUT = 2_000;

/** One connection of the pool, held for one statement or one transaction, and given back sound or not at all. */
export class PoolLease {
  #failure: unknown;

  private constructor(
    private readonly pool: Pool,
    private readonly client: PoolClient,
    private readonly prepares: boolean,
  ) {}

  /** @throws ConnectionLostError (not sent) · ServerRefusedError */
  static async take(pool: Pool, timeout: number, prepares: boolean): Promise<PoolLease> {
    return new PoolLease(pool, await checkOut(pool, timeout), prepares);
  }

  /** @throws ConnectionLostError · ServerRefusedError */
  async run<Row>({ name, text }: Statement, values: readonly unknown[], deadline: number): Promise<Row[]> {
    const timeout = Math.max(1, deadline - monotonic());
    const config: QueryConfig & { query_timeout: number } = { text, values: values as unknown[], query_timeout: timeout };
    if (this.prepares && name !== '') config.name = name;
    try {
      return (await this.client.query(config)).rows as Row[];
    } catch (error) {
      this.#failure = translate(error, true);
      if (isTimeout(error)) this.#cancel();
      throw this.#failure;
    }
  }

  /** @returns whether the connection is sound */
  get sound(): boolean {
    return this.#failure === undefined || stillUsable(this.#failure);
  }

  /** A connection that failed is closed: whatever it still does is nobody's any more. */
  giveBack(): void {
    this.client.off('error', noted);
    this.client.release(!this.sound);
  }

  /** Without an answer the statement may go on, and hold its locks: the server is asked to end it, by another connection. */
  #cancel(): void {
    const { processID } = this.client as PoolClient & { processID?: number | null };
    if (!this.prepares || !processID) return;
    const config: QueryConfig & { query_timeout: number } = {
      text: 'select pg_cancel_backend($1)',
      values: [processID],
      query_timeout: CANCEL_TIMEOUT,
    };
    this.pool.query(config).catch(() => {
      // Out of reach: its own timeout ends it.
    });
  }
}

/** The statement that was under way fails with it; without a listener the process would end. */
function noted(): void {}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

/** The driver's pool waits for ever for a free connection of a pool that others use up. */
function checkOut(pool: Pool, timeout: number): Promise<PoolClient> {
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(
      () => {
        late = true;
        reject(new ConnectionLostError(false, 'no connection in time'));
      },
      Math.max(1, timeout),
    );
    // By a callback: the session's end can stand in the same packet as its beginning, and a promise is too late to listen for it.
    pool.connect((error, client) => {
      clearTimeout(timer);
      if (client === undefined) {
        if (!late) reject(translate(error, false));
        return;
      }
      client.on('error', noted);
      if (!late) return resolve(client);
      // Not in this call: the pool hands it to the next in line within release(), and thousands who came too late would fill the stack.
      setImmediate(() => {
        client.off('error', noted);
        client.release();
      });
    });
  });
}
