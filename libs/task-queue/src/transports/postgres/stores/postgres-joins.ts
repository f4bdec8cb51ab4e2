import { InvalidOptionError } from '../../../core/errors/option-errors.js';
import { checkArrival, checkJoin } from '../../../core/ports/stores/join-store.js';
import type { Join, JoinArrival, JoinReceipt, JoinStore, JoinToOpen } from '../../../core/ports/stores/join-store.js';
import { chunks } from '../../../core/ports/stores/chunks.js';
import { callStore } from '../connection/call-store.js';
import type { PostgresContext } from '../postgres-context.js';
import type { Statement } from '../connection/sql.js';

/** Keeps each join as a row, and its members in another table. Settlements count arrivals by the same function of the database. */
export class PostgresJoins implements JoinStore {
  constructor(private readonly context: PostgresContext) {
    context.pruner.add(context.statements.pruneJoins);
  }

  async open(joins: readonly JoinToOpen[]): Promise<void> {
    joins.forEach(checkJoin);
    for (const { id } of joins) checkStorable('join.id', id);
    for (const some of chunks(joins)) await this.#open(some);
  }

  async arrive(arrivals: readonly JoinArrival[]): Promise<JoinReceipt[]> {
    if (arrivals.length === 0) return [];
    const columns = arrivalColumns([arrivals]);
    const rows = await this.#ask<ArrivalRow>('Arriving at joins', this.context.statements.arrive, columns);
    return readReceipts(arrivals, rows);
  }

  async load(id: string): Promise<Join | null> {
    if (!storable(id)) return null;
    const [row] = await this.#ask<JoinRow>('Loading a join', this.context.statements.loadJoin, [id]);
    if (row === undefined) return null;
    const { expected, remaining, body, members, places, entries } = row;
    return {
      id,
      expected,
      remaining,
      body: body.toString(),
      members: members.map((member, at) => ({ member, index: Number(places[at]), value: entries[at]!.toString() })),
    };
  }

  async close(ids: readonly string[]): Promise<void> {
    const { connection, statements } = this.context;
    for (const some of chunks(ids.filter(storable))) await callStore(connection, 'Closing joins', statements.closeJoins, [some]);
  }

  async complete(limit: number): Promise<string[]> {
    if (limit <= 0) return [];
    const asked = Math.min(Math.floor(limit), MAX_LISTED);
    const rows = await this.#ask<{ id: string }>('Looking for complete joins', this.context.statements.completeJoins, [asked]);
    return rows.map(({ id }) => id);
  }

  /** A join that was not opened exists already, or an expired join has its id. */
  async #open(joins: readonly JoinToOpen[]): Promise<void> {
    const { openJoins, removeExpiredJoins } = this.context.statements;
    const opened = new Set((await this.#ask<{ id: string }>('Opening joins', openJoins, joinColumns(joins))).map(({ id }) => id));
    const left = joins.filter(({ id }) => !opened.has(id));
    if (left.length === 0) return;
    const removed = await this.#ask<{ id: string }>('Opening joins', removeExpiredJoins, [left.map(({ id }) => id)]);
    if (removed.length > 0) await this.#ask('Opening joins', openJoins, joinColumns(left));
  }

  #ask<Row>(what: string, statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return callStore<Row>(this.context.connection, what, statement, [...values, this.context.shift()]);
  }
}

/** The most ids of complete joins that one call returns. */
const MAX_LISTED = 3_000;

interface JoinRow {
  readonly expected: number;
  readonly remaining: number;
  readonly body: Buffer;
  readonly members: readonly string[];
  readonly places: readonly number[];
  readonly entries: readonly Buffer[];
}

export interface ArrivalRow {
  readonly arrived_join: string;
  readonly remaining_after: number;
  readonly inserted: number;
}

/**
 * The first five arguments of the function `arrive`. Each list is a group; groups are numbered from 0.
 * @throws InvalidOptionError
 */
export function arrivalColumns(groups: readonly (readonly JoinArrival[])[]): unknown[] {
  const all = groups.flatMap((arrivals, group) => arrivals.map((arrival) => ({ group, ...arrival })));
  for (const arrival of all) {
    checkArrival(arrival);
    checkStorable('arrival.join', arrival.join);
    checkStorable('arrival.member', arrival.member);
    if (arrival.index > MAX_INTEGER) throw new InvalidOptionError('arrival.index', arrival.index, `at most ${MAX_INTEGER}`);
  }
  return [
    all.map(({ group }) => group),
    all.map(({ join }) => join),
    all.map(({ member }) => member),
    all.map(({ index }) => index),
    all.map(({ value }) => Buffer.from(value)),
  ];
}

/** One receipt for each join of a group, in the order of their first arrivals. */
export function readReceipts(arrivals: readonly JoinArrival[], rows: readonly ArrivalRow[]): JoinReceipt[] {
  const found = new Map(rows.map((row) => [row.arrived_join, row]));
  return [...new Set(arrivals.map(({ join }) => join))].map((join) => {
    const row = found.get(join);
    if (row === undefined) return { join, remaining: null, inserted: 0, completed: false };
    const { remaining_after: remaining, inserted } = row;
    return { join, remaining, inserted, completed: remaining === 0 && inserted > 0 };
  });
}

const MAX_INTEGER = 2_147_483_647;

function joinColumns(joins: readonly JoinToOpen[]): unknown[] {
  return [
    joins.map(({ id }) => id),
    joins.map(({ members }) => members),
    joins.map(({ body }) => Buffer.from(body)),
    joins.map(({ expires }) => expires),
  ];
}

/** Text of PostgreSQL cannot hold NUL: no stored id can have one. */
function storable(id: string): boolean {
  return !id.includes('\u0000');
}

function checkStorable(name: string, value: string): void {
  if (!storable(value)) throw new InvalidOptionError(name, value, 'text without NUL on PostgreSQL');
}
