import type { Pool, PoolClient, QueryConfig } from 'pg';
import { monotonic } from '../../shared/monotonic.js';
import { ConnectionLostError } from '../../shared/store-errors.js';
import { stillUsable, translate } from './postgres-errors.js';
import type { QueryOptions, Statement } from './sql.js';

const CANCEL_TIMEOUT = 2_000;

/** A connection of the pool for one statement or one transaction. It is returned to the pool only if it still works. */
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
  async run<Row>({ name, text }: Statement, values: readonly unknown[], deadline: number, fits?: QueryOptions['fits']): Promise<Row[]> {
    const timeout = Math.max(1, deadline - monotonic());
    const config: QueryConfig & { query_timeout: number } = { text, values: values as unknown[], query_timeout: timeout };
    if (this.prepares && name !== '') config.name = name;
    try {
      const { rows } = await this.client.query(config);
      if (fits === undefined || fits(rows)) return rows as Row[];
      throw new ConnectionLostError(true, 'the answer has an unexpected form');
    } catch (error) {
      this.#failure = translate(error, true);
      if (isTimeout(error)) this.#cancel();
      throw this.#failure;
    }
  }

  /** whether the connection still works */
  get sound(): boolean {
    return this.#failure === undefined || stillUsable(this.#failure);
  }

  /** Closes a failed connection: its last statement may still run. */
  giveBack(): void {
    this.client.off('error', ignoreError);
    this.client.release(!this.sound);
  }

  /** A statement without an answer may still run and hold locks: another connection asks the server to cancel it. */
  #cancel(): void {
    const { processID } = this.client as PoolClient & { processID?: number | null };
    if (!this.prepares || !processID) return;
    const config: QueryConfig & { query_timeout: number } = {
      text: 'select pg_cancel_backend($1)',
      values: [processID],
      query_timeout: CANCEL_TIMEOUT,
    };
    this.pool.query(config).catch(() => {
      // The server is unreachable: its statement timeout ends the statement.
    });
  }
}

/** The running statement fails with the error. Without this listener the process would end. */
function ignoreError(): void {}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

/** Adds a timeout: the driver waits forever for a free connection. */
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
    // By a callback: one packet can both begin and end the session, and a promise would resolve too late to listen for the end.
    pool.connect((error, client) => {
      clearTimeout(timer);
      if (client === undefined) {
        if (!late) reject(translate(error, false));
        return;
      }
      client.on('error', ignoreError);
      if (!late) return resolve(client);
      // Not in this call: release() hands it to the next waiter synchronously, and thousands of late waiters would overflow the stack.
      setImmediate(() => {
        client.off('error', ignoreError);
        client.release();
      });
    });
  });
}
