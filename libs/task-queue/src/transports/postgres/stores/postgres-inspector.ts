import type {
  DeadLetter,
  DeadLetterPage,
  DeadLetterPaging,
  Inspector,
  Location,
  QueueCounts,
  Redrive,
  WaitingMessage,
} from '../../../core/ports/control/inspector.js';
import { chunks } from '../../../core/ports/stores/chunks.js';
import { callStore } from '../connection/call-store.js';
import type { PostgresContext } from '../postgres-context.js';
import type { Statement } from '../connection/sql.js';
import { fromStored, toStored } from '../connection/stored-text.js';

const WHAT = 'Inspecting';
/** the most dead letters of one page */
const MAX_LISTED = 500;

interface LetterRow {
  readonly seq: string;
  readonly id: string;
  readonly body: string;
  readonly told: string;
  readonly at: number;
}

/** Answers the questions of dashboards and commands. */
export class PostgresInspector implements Inspector {
  constructor(private readonly context: PostgresContext) {}

  async queues(): Promise<string[]> {
    return this.#names(this.context.statements.queues);
  }

  async counts(queue: string): Promise<QueueCounts> {
    const [counts] = await this.#ask<QueueCounts>(this.context.statements.counts, [toStored(queue)]);
    return { ...counts! };
  }

  async locate(ids: readonly string[]): Promise<(Location | null)[]> {
    const found = new Map<string, Location>();
    for (const some of chunks(ids)) {
      const rows = await this.#ask<Location & { id: string }>(this.context.statements.locate, [some.map(toStored)]);
      for (const { id, queue, place } of rows) found.set(fromStored(id), { queue: fromStored(queue), place });
    }
    return ids.map((id) => found.get(id) ?? null);
  }

  async heads(queue: string): Promise<WaitingMessage[]> {
    const rows = await this.#ask<WaitingMessage>(this.context.statements.heads, [toStored(queue)]);
    return rows.map(({ id, body }) => ({ id: fromStored(id), body: fromStored(body) }));
  }

  async deadLetters(queue: string, { limit, cursor }: DeadLetterPaging): Promise<DeadLetterPage> {
    const asked = Math.min(Math.floor(limit), MAX_LISTED);
    if (asked <= 0) return { letters: [], next: null };
    const before = /^\d{1,18}$/.test(cursor ?? '') ? cursor : null;
    const rows = await this.#ask<LetterRow>(this.context.statements.deadLetters, [toStored(queue), before, asked + 1]);
    const page = rows.slice(0, asked);
    return { letters: page.map((row) => letterOf(queue, row)), next: rows.length > asked ? page.at(-1)!.seq : null };
  }

  async findDeadLetters(queue: string, ids: readonly string[]): Promise<(DeadLetter | null)[]> {
    const found = new Map<string, DeadLetter>();
    for (const some of chunks(ids)) {
      const rows = await this.#ask<LetterRow>(this.context.statements.findDeadLetters, [toStored(queue), some.map(toStored)]);
      for (const row of rows) found.set(fromStored(row.id), letterOf(queue, row));
    }
    return ids.map((id) => found.get(id) ?? null);
  }

  async redrive(queue: string, letters: readonly Redrive[]): Promise<boolean[]> {
    const redriven: boolean[] = [];
    for (const some of chunks(letters)) {
      const ids = some.map(({ id }) => toStored(id));
      const bodies = some.map(({ body }) => (body === undefined ? null : toStored(body)));
      const priorities = some.map(({ priority }) => String(priority));
      const values = [toStored(queue), ids, bodies, priorities, this.context.shift()];
      const [answer] = await this.#ask<{ done: string }>(this.context.statements.redrive, values);
      for (const digit of answer!.done) redriven.push(digit === '1');
    }
    return redriven;
  }

  async purgeDeadLetters(queue: string, ids?: readonly string[]): Promise<number> {
    const { purgeDeadLetters } = this.context.statements;
    if (ids === undefined) return this.#untilNone(purgeDeadLetters, [toStored(queue), null]);
    let removed = 0;
    for (const some of chunks(ids)) removed += await this.#remove(purgeDeadLetters, [toStored(queue), some.map(toStored)]);
    return removed;
  }

  purge(queue: string): Promise<number> {
    return this.#untilNone(this.context.statements.purge, [toStored(queue)]);
  }

  async pause(queue: string): Promise<void> {
    await this.#ask(this.context.statements.pause, [toStored(queue)]);
  }

  async resume(queue: string): Promise<void> {
    await this.#ask(this.context.statements.resume, [toStored(queue)]);
  }

  paused(): Promise<string[]> {
    return this.#names(this.context.statements.paused);
  }

  async #names(statement: Statement): Promise<string[]> {
    return (await this.#ask<{ name: string }>(statement, [])).map(({ name }) => fromStored(name));
  }

  async #remove(statement: Statement, values: readonly unknown[]): Promise<number> {
    const [answer] = await this.#ask<{ removed: number }>(statement, values);
    return answer!.removed;
  }

  /** Repeats a statement that returns how many rows it removed, until it removes none. */
  async #untilNone(statement: Statement, values: readonly unknown[]): Promise<number> {
    for (let removed = 0; ;) {
      const some = await this.#remove(statement, values);
      if (some === 0) return removed;
      removed += some;
    }
  }

  #ask<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return callStore<Row>(this.context.connection, WHAT, statement, values);
  }
}

function letterOf(queue: string, { id, body, told, at }: LetterRow): DeadLetter {
  const death = JSON.parse(fromStored(told)) as Pick<DeadLetter, 'reason' | 'detail' | 'attempts'>;
  return { id: fromStored(id), queue, body: fromStored(body), ...death, at };
}
