import type { HeldBatch } from '../../shared/leases/leased-delivery.js';
import { monotonic } from '../../shared/monotonic.js';
import type { SuspectTurn } from '../../shared/leases/suspect-turns.js';
import { inTurn } from '../../shared/in-turn.js';
import { orAborted } from '../../shared/or-aborted.js';
import { callStore } from '../connection/call-store.js';
import { LineCursors } from './line-cursors.js';
import type { PostgresContext } from '../postgres-context.js';
import { ConnectionLostError } from '../../shared/store-errors.js';
import { ServerRefusedError } from '../connection/postgres-errors.js';
import { areReceiveRows, idsApart, readClaim } from './receive-answer.js';
import type { ReceiveRow } from './receive-answer.js';

/** ms for which closing tries to release messages of unanswered receives */
const RELEASE_TIMEOUT = 500;

export interface Asked {
  /** stored names */
  readonly queues: readonly string[];
  readonly room: number;
  readonly turn: Exclude<SuspectTurn, 'hold'>;
  /** look at due messages and expired leases even if there is ready work */
  readonly tend: boolean;
  readonly sweepIn: number;
  readonly seen: number;
  /** epoch ms of the store before which nothing is due */
  readonly dueSeen: number;
  /** ms for which this consumer is registered as waiting; 0 = it does not wait */
  readonly waits: number;
  readonly sentAt: number;
}

export interface Look {
  readonly batches: readonly HeldBatch[];
  /** it looked at due messages; the fields below are known only then */
  readonly tended: boolean;
  /** ms; Infinity = nothing is due */
  readonly nextIn: number;
  readonly suspects: number;
  readonly swept: number;
  /** epoch ms of the store: nothing that was due before waits for its time */
  readonly promoted: number;
}

/** The receive calls of a consumer. A call without an answer is barred, and the messages that it took go back uncharged (rule 9). */
export class ReceiveCalls {
  readonly #cursors = new LineCursors();
  /** numbers of claims whose call was not answered */
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
    const queues = inTurn(asked.queues, this.#turn++);
    const first = this.#number + 1;
    const count = 3 * queues.length; // claims of a queue: of ready rows, of ready blocks, of rate-limited messages
    this.#number += count;
    const { queues: names, ranks, seqs, lasts } = this.#cursors.segments(queues, monotonic());
    const { room, turn, tend, sweepIn, seen, dueSeen, waits } = asked;
    // prettier-ignore
    const values = [this.owner, first, queues, names, ranks, seqs, lasts, room, this.lease, turn, tend, sweepIn, seen, dueSeen, waits, shift()];
    try {
      const rows = await orAborted(connection.query<ReceiveRow>(statements.receive, values, { fits: areReceiveRows }), signal);
      if (rows !== null) return await this.#read(rows, asked.sentAt);
    } catch (error) {
      const done = !(error instanceof ServerRefusedError) && !(error instanceof ConnectionLostError && !error.sent);
      if (done) this.#missed(first, count);
      throw error;
    }
    this.#missed(first, count);
    this.releaseUnanswered(RELEASE_TIMEOUT).catch(() => {
      // The next receive tries again.
    });
    return null;
  }

  /** Releases messages that unanswered calls have taken, and bars those calls from running late. */
  async releaseUnanswered(timeout: number): Promise<void> {
    if (this.#unanswered.size === 0) return;
    const { connection, statements, shift } = this.context;
    const numbers = [...this.#unanswered];
    await callStore(connection, 'Releasing', statements.releaseLost, [this.owner, numbers, '', shift()], timeout);
    for (const number of numbers) this.#unanswered.delete(number);
    this.#cursors.forget();
  }

  async close(): Promise<void> {
    await this.releaseUnanswered(RELEASE_TIMEOUT).catch(() => {
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
      promoted: Number(end?.tops ?? 0),
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
}
