import type { Broker } from '../../core/ports/broker/broker.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import { isOutage } from '../../core/errors/publish-errors.js';
import type { Publication } from '../../core/ports/broker/publication.js';
import type { SignalPayloads } from '../../core/ports/task/signals.js';
import type { OwnConnection } from './application-database.js';
import { decodePublication } from './publication-row.js';
import type { Outbox } from './outbox.js';
import type { RelayCursors, Seen } from './relay-cursors.js';

interface Row extends Seen {
  readonly seq: string;
  readonly publication: Uint8Array;
  /** ms since it was written */
  readonly age: number;
}

/** `locked`: another relay has the queue · `full`: more rows wait · `refused`: the broker refuses all of them */
export type RelayEnd = 'locked' | 'full' | 'done' | 'refused';

const BATCH = 500;
/** publish timeouts after which the server ends the transaction of a silent relay, and so frees the queue */
const SILENT_TIMEOUTS = 4;

/**
 * Relays the next batch of one queue. A lock excludes other relays meanwhile, so that messages are sent in the order in which they
 * became visible. If the process dies between publishing and removing, another relay publishes them again: the broker knows the ids.
 */
export class QueueRelay {
  readonly #begin: string;

  constructor(private readonly deps: RelayDependencies) {
    // A process that is suspended in the transaction must not block the queue for other relays.
    this.#begin = `BEGIN; SET LOCAL idle_in_transaction_session_timeout = ${SILENT_TIMEOUTS * deps.publishTimeout}`;
  }

  /** @param cursors how far the queues are relayed */
  async relay(connection: OwnConnection, queue: string, cursors: RelayCursors): Promise<RelayEnd> {
    await connection.query(this.#begin, []);
    try {
      const { end, relayed } = await this.#relayLocked(connection, queue, cursors);
      await connection.query('COMMIT', []);
      if (relayed !== undefined) void this.deps.onRelayed?.(relayed);
      return end;
    } catch (error) {
      // If the connection is lost, the server has rolled back.
      await connection.query('ROLLBACK', []).catch(() => undefined);
      throw error;
    }
  }

  async #relayLocked(
    connection: OwnConnection,
    queue: string,
    cursors: RelayCursors,
  ): Promise<{ end: RelayEnd; relayed?: SignalPayloads['outbox_relayed'] }> {
    const { statements } = this.deps.outbox;
    const lock = await connection.query<{ granted: boolean }>(statements.lock, [queue]);
    if (!lock.rows[0]!.granted) return { end: 'locked' };
    const { rows } = await connection.query<Row>(statements.next, [queue, BATCH, cursors.after(queue)]);
    if (rows.length === 0) return { end: 'done' };
    this.#reportLag(queue, rows[0]!.age);
    const taken = await this.#publish(connection, rows);
    if (taken.length === 0) return { end: 'refused' };
    await connection.query(statements.remove, [taken.map(({ seq }) => seq)]);
    const isFull = rows.length === BATCH;
    cursors.relayed(queue, rows.at(-1)!.seq, rows[0]!, isFull);
    return { end: isFull ? 'full' : 'done', relayed: { queue, count: taken.length, lag: rows[0]!.age } };
  }

  /** @returns the rows that the broker has accepted */
  async #publish(connection: OwnConnection, rows: readonly Row[]): Promise<readonly Row[]> {
    try {
      await this.#send(rows.map(({ publication }) => decodePublication(publication)));
      return rows;
    } catch (error) {
      if (isOutage(error)) throw error;
      return this.#findCulprits(connection, rows, error);
    }
  }

  /** A message that the broker refuses must not block the others. If it refuses all of them, the fault is the broker's. */
  async #findCulprits(connection: OwnConnection, rows: readonly Row[], cause: unknown): Promise<readonly Row[]> {
    const refused: [Row, string][] = [];
    for (const row of rows) {
      try {
        await this.#send([decodePublication(row.publication)]);
      } catch (error) {
        if (isOutage(error)) throw error;
        refused.push([row, error instanceof Error ? error.message : String(error)]);
      }
    }
    if (refused.length === rows.length) {
      this.deps.logger.error('the broker refuses what waits in the outbox', { waiting: rows.length, error: cause });
      return [];
    }
    for (const [{ seq }, why] of refused) {
      this.deps.logger.error('the broker refuses a message of the outbox; it is left there', { seq, why });
      await connection.query(this.deps.outbox.statements.refuse, [seq, why]);
    }
    return rows.filter((row) => !refused.some(([one]) => one === row));
  }

  async #send(publications: readonly Publication[]): Promise<void> {
    await this.deps.broker.publish(publications, { timeout: this.deps.publishTimeout });
  }

  #reportLag(queue: string, age: number): void {
    if (age <= this.deps.outbox.options.lagLimit) return;
    this.deps.logger.error('the outbox was not relayed for longer than its lagLimit; what had been published before may run twice', {
      queue,
      lag: age,
    });
  }
}

export interface RelayDependencies {
  readonly outbox: Outbox;
  readonly broker: Broker;
  /** ms for a publish */
  readonly publishTimeout: number;
  /** called for each batch */
  readonly onRelayed?: ((relayed: SignalPayloads['outbox_relayed']) => unknown) | undefined;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}
