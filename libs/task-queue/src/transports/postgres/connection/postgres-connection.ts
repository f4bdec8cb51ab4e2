import type { PoolConfig } from 'pg';
import { BrokerRefusedError } from '../../../core/errors/publish-errors.js';
import { TaskQueueError } from '../../../core/errors/task-queue-error.js';
import type { StoreAddress } from '../../../core/ports/runtime/database-handle.js';
import type { TransportOptions } from '../../../core/ports/broker/transport.js';
import { pause } from '../../shared/pause.js';
import { CALL_TIMEOUT, toBrokerError } from './call-store.js';
import { monotonic } from '../../shared/monotonic.js';
import { NoteListener } from './note-listener.js';
import { openPool } from './open-pool.js';
import type { OpenPool } from './open-pool.js';
import { PoolLease } from './pool-lease.js';
import { ConnectionLostError, isTransient } from '../../shared/store-errors.js';
import { checkSchemaName } from '../../../core/policies/check-schema-name.js';
import { checkServer } from '../checks/server-check.js';
import { ANSWER_TIMEOUT } from './sql.js';
import type { PostgresConnection, QueryOptions, Sql, Statement, TransactionOptions } from './sql.js';

/** The connection before it was checked. */
export type BootSession = Pick<PostgresConnection, 'query' | 'transaction' | 'schema'>;

/** A check of the database before its first use. @throws if the library cannot work with the database */
export type BootCheck = (session: BootSession, options: { readonly migrate: boolean }) => Promise<void>;

/**
 * A pool, and a connection that listens. The server and its schema are checked before the first use, at boot if the server is
 * reachable then. No statement is resent: one that lost its connection fails with whether it may have taken effect.
 */
export class PgConnection implements PostgresConnection {
  readonly polling: boolean;
  readonly #open: OpenPool;
  readonly #listener: NoteListener;
  readonly #onPoolError: (error: Error) => void;
  #checked = false;
  #checking: Promise<void> | null = null;
  #refusal: Error | null = null;
  #closing: Promise<void> | null = null;
  #unbrokenSince: number | null = null;

  /** @throws InvalidBrokerUrlError · InvalidOptionError · UnknownOptionError */
  constructor(
    address: StoreAddress,
    private readonly options: Pick<TransportOptions, 'keyPrefix' | 'connection' | 'logger'>,
    private readonly bootCheck: BootCheck = async () => {},
  ) {
    checkSchemaName(options.keyPrefix);
    this.#open = openPool(address, options.connection);
    this.polling = this.#open.options.polling;
    this.#listener = new NoteListener(() => this.#open.createClient(), options.logger);
    // Without a listener, an idle connection that breaks ends the process.
    this.#onPoolError = () => (this.#unbrokenSince = null);
    this.#open.pool.on('error', this.#onPoolError);
  }

  get schema(): string {
    return this.options.keyPrefix;
  }

  get unbrokenSince(): number | null {
    return this.#unbrokenSince;
  }

  get config(): PoolConfig {
    return this.#open.config;
  }

  /** the server's address without the password, for logs and errors */
  get shown(): string {
    return this.#open.shown;
  }

  async connect(): Promise<void> {
    const deadline = monotonic() + CALL_TIMEOUT;
    for (;;) {
      try {
        return await this.#ready(deadline);
      } catch (error) {
        if (!isTransient(error) || this.#closing !== null) throw toBrokerError(`Connecting to ${this.shown}`, error);
        if (monotonic() >= deadline) {
          return this.options.logger.warn('PostgreSQL cannot be reached yet; going on to try', { server: this.shown, error });
        }
        await pause(Math.min(100, deadline - monotonic()));
      }
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async query<Row>(
    statement: Statement,
    values: readonly unknown[],
    { timeout = ANSWER_TIMEOUT, fits }: QueryOptions = {},
  ): Promise<Row[]> {
    const deadline = monotonic() + timeout;
    if (!this.#checked) await this.#ready(deadline);
    return this.#ask(statement, values, deadline, fits);
  }

  async transaction<T>(work: (sql: Sql) => Promise<T>, { timeout = ANSWER_TIMEOUT, longestPause }: TransactionOptions = {}): Promise<T> {
    const deadline = monotonic() + timeout;
    if (!this.#checked) await this.#ready(deadline);
    return this.#transaction(work, deadline, longestPause);
  }

  async listen(channel: string, handler: (payload: string) => void): Promise<() => Promise<void>> {
    if (this.polling) return async () => {};
    return this.#listener.listen(channel, handler, CALL_TIMEOUT);
  }

  #ask<Row>(statement: Statement, values: readonly unknown[], deadline: number, fits?: QueryOptions['fits']): Promise<Row[]> {
    return this.#lease(deadline, (lease) => lease.run<Row>(statement, values, deadline, fits));
  }

  #transaction<T>(work: (sql: Sql) => Promise<T>, deadline: number, longestPause?: number): Promise<T> {
    return this.#lease(deadline, async (lease) => {
      await lease.run(longestPause === undefined ? BEGIN : beginFor(longestPause), [], deadline);
      try {
        const done = await work({
          query: (statement, values, { timeout } = {}) =>
            lease.run(statement, values, timeout === undefined ? deadline : monotonic() + timeout),
        });
        await lease.run(COMMIT, [], deadline);
        return done;
      } catch (error) {
        if (lease.sound) await lease.run(ROLLBACK, [], monotonic() + ROLLBACK_TIMEOUT).catch(() => {});
        throw error;
      }
    });
  }

  async #lease<T>(deadline: number, use: (lease: PoolLease) => Promise<T>): Promise<T> {
    if (this.#closing !== null) throw new ConnectionLostError(false, 'closed');
    try {
      const lease = await PoolLease.take(this.#open.pool, deadline - monotonic(), !this.polling);
      try {
        const answer = await use(lease);
        this.#unbrokenSince ??= monotonic();
        return answer;
      } finally {
        lease.giveBack();
      }
    } catch (error) {
      if (error instanceof ConnectionLostError) this.#unbrokenSince = null;
      throw error;
    }
  }

  /** Checks once, for all callers at that time. A refusal is final. */
  async #ready(deadline: number): Promise<void> {
    if (this.#refusal !== null) throw this.#refusal;
    if (this.#checked) return;
    this.#checking ??= this.#check().finally(() => (this.#checking = null));
    await before(this.#checking, deadline);
  }

  async #check(): Promise<void> {
    const unchecked: BootSession = {
      schema: this.schema,
      query: (statement, values, { timeout = ANSWER_TIMEOUT } = {}) => this.#ask(statement, values, monotonic() + timeout),
      transaction: (work, { timeout = ANSWER_TIMEOUT } = {}) => this.#transaction(work, monotonic() + timeout),
    };
    try {
      await checkServer(unchecked, this.schema);
      await this.bootCheck(unchecked, this.#open.options);
      this.#checked = true;
    } catch (error) {
      if (error instanceof TaskQueueError && !(error instanceof BrokerRefusedError)) this.#refusal = error;
      throw error;
    }
  }

  async #close(): Promise<void> {
    await this.#listener.close();
    const { pool, owned } = this.#open;
    // Errors of the library's own closing connections are ignored; the application handles those of its own pool.
    if (owned) await pool.end();
    else pool.off('error', this.#onPoolError);
  }
}

const BEGIN: Statement = { name: '', text: 'begin' };
const beginFor = (pause: number): Statement => ({ name: '', text: `begin; set local idle_in_transaction_session_timeout = ${pause}` });
const COMMIT: Statement = { name: '', text: 'commit' };
const ROLLBACK: Statement = { name: '', text: 'rollback' };
const ROLLBACK_TIMEOUT = 2_000;

/** @throws ConnectionLostError (not sent) when it takes longer */
async function before(promise: Promise<void>, deadline: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new ConnectionLostError(false, 'not connected in time')), Math.max(1, deadline - monotonic()));
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
