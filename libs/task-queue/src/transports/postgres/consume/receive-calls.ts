import type { HeldBatch } from '../../shared/leases/leased-delivery.js';
import { monotonic } from '../../shared/monotonic.js';
import type { SuspectTurn } from '../../shared/leases/suspect-turns.js';
import { orAborted } from '../../shared/or-aborted.js';
import { callStore } from '../connection/call-store.js';
import { LineCursors } from './line-cursors.js';
import type { PostgresContext } from '../postgres-context.js';
import { ConnectionLostError } from '../../shared/store-errors.js';
import { ServerRefusedError } from '../connection/postgres-errors.js';
import { idsApart, readClaim } from './receive-answer.js';
import type { ReceiveRow } from './receive-answer.js';

/** ms that closing goes on trying to give back what an unanswered receive may have taken */
const LAST_PATIENCE = 500;

export interface Asked {
  /** as they are stored */
  readonly queues: readonly string[];
  readonly room: number;
  readonly turn: Exclude<SuspectTurn, 'hold'>;
  /** look at what is due and has run out, even if there is ready work */
  readonly tend: boolean;
  readonly sweepIn: number;
  readonly seen: number;
  /** ms that this consumer is known as waiting from now on; 0 = it does not wait */
  readonly waits: number;
  readonly sentAt: number;
}

export interface Look {
  readonly batches: readonly HeldBatch[];
  /** what was due was looked at; the rest is known only then */
  readonly tended: boolean;
  /** ms; Infinity = nothing is due */
  readonly nextIn: number;
  readonly suspects: number;
  readonly swept: number;
}

/** The calls by which a consumer takes work. One whose answer was not seen is barred, and what it has taken goes back uncharged. */
export class ReceiveCalls {
  readonly #cursors = new LineCursors();
  /** numbers of claims that nobody has seen */
  readonly #unanswered = new Set<string>();
  #number = 0;
  #sequence = 0;
  #turn = 0;

  constructor(
    private readonly context: PostgresContext,
    private readonly owner: string,
    private readonly lease: number,
  ) {}

  forgetCursors(): void {
    this.#cursors.forget();
  }

  /** @returns null when the signal is aborted before the call is answered */
  async look(asked: Asked, signal: AbortSignal): Promise<Look | null> {
    const { connection, statements, shift } = this.context;
    const queues = this.#inTurn(asked.queues);
    const first = this.#number + 1;
    const count = 3 * queues.length; // claims of a queue: of ready rows, of ready blocks, of what has a slot
    this.#number += count;
    const { queues: names, ranks, seqs, lasts } = this.#cursors.segments(queues, monotonic());
    const { room, turn, tend, sweepIn, seen, waits } = asked;
    const values = [this.owner, first, queues, names, ranks, seqs, lasts, room, this.lease, turn, tend, sweepIn, seen, waits, shift()];
    try {
      const rows = await orAborted(connection.query<ReceiveRow>(statements.receive, values), signal);
      if (rows !== null) return await this.#read(rows, asked.sentAt);
    } catch (error) {
      const done = !(error instanceof ServerRefusedError) && !(error instanceof ConnectionLostError && !error.sent);
      if (done) this.#missed(first, count);
      throw error;
    }
    this.#missed(first, count);
    this.releaseUnanswered(LAST_PATIENCE).catch(() => {
      // The next receive tries again.
    });
    return null;
  }

  /** Whatever unanswered calls have taken, or were going to take, goes back. */
  async releaseUnanswered(patience: number): Promise<void> {
    if (this.#unanswered.size === 0) return;
    const { connection, statements, shift } = this.context;
    const numbers = [...this.#unanswered];
    await callStore(connection, 'Releasing', statements.releaseLost, [this.owner, numbers, '', shift()], patience);
    for (const number of numbers) this.#unanswered.delete(number);
    this.#cursors.forget();
  }

  async close(): Promise<void> {
    await this.releaseUnanswered(LAST_PATIENCE).catch(() => {
      // Their leases expire.
    });
  }

  async #read(rows: readonly ReceiveRow[], sentAt: number): Promise<Look> {
    const claims = rows.filter(({ number }) => number !== null);
    const end = rows.find(({ number }) => number === null);
    const apart = await this.#loadApart(claims);
    const context = { owner: this.owner, sentAt, apart, nextSequence: () => ++this.#sequence };
    for (const { queue, tops } of claims) this.#cursors.took(queue, tops);
    return {
      batches: claims.map((row) => readClaim(row, context)),
      tended: end !== undefined,
      nextIn: end === undefined || end.next_in === null ? Infinity : Math.max(0, end.next_in),
      suspects: end?.suspects ?? 0,
      swept: end?.swept ?? 0,
    };
  }

  async #loadApart(claims: readonly ReceiveRow[]): Promise<ReadonlyMap<string, string>> {
    const ids = claims.flatMap(idsApart);
    if (ids.length === 0) return new Map();
    const { connection, statements } = this.context;
    const rows = await callStore<{ id: string; body: string }>(connection, 'Receiving', statements.loadBodies, [ids]);
    return new Map(rows.map(({ id, body }) => [id, body]));
  }

  #missed(first: number, count: number): void {
    for (let at = 0; at < count; at++) this.#unanswered.add(String(first + at));
  }

  /** Each queue is first in its turn, so that a full one does not starve the others. */
  #inTurn(queues: readonly string[]): readonly string[] {
    if (queues.length <= 1) return queues;
    const first = this.#turn++ % queues.length;
    return [...queues.slice(first), ...queues.slice(0, first)];
  }
}
