import type { TaskResultRecord } from '../../../core/message/task-result.js';
import { systemClock } from '../../../core/ports/runtime/clock.js';
import { isTerminal } from '../../../core/message/task-state.js';
import type { ResultBackend } from '../../../core/ports/stores/result-backend.js';
import { ResultWatch } from '../../../core/ports/stores/result-watch.js';
import { chunks, inRounds } from '../../../core/ports/stores/chunks.js';
import { callStore } from '../connection/call-store.js';
import type { PostgresContext } from '../postgres-context.js';
import { decodeRecord, encodeRecord } from './record-codec.js';
import { fromStored, toStored } from '../connection/stored-text.js';
import { TransportPart, type Lifecycle } from '../../shared/transport-part.js';

/** ms between two looks beside the notes: soon, to find what was being saved when the wait began, then rarely */
const PACE = { first: 100, longest: 5_000, growth: 2 };
/** the same without notes */
const POLLING_PACE = { ...PACE, longest: 1_000 };
/** ms for which the store remembers that a process waits for an id; each look renews it */
const WAITER_TTL = 20_000;

/** Keeps results as rows that expire. */
export class PostgresResults extends TransportPart implements ResultBackend {
  readonly #watch: ResultWatch;

  constructor(
    private readonly context: PostgresContext,
    lifecycle: Lifecycle,
  ) {
    super(lifecycle);
    const { connection } = context;
    const listen = (announced: (id: string) => void) =>
      connection.listen(`${connection.schema}:results`, (id) => announced(fromStored(id)));
    const source = { listen, look: (ids: readonly string[]) => this.#look(ids), read: (ids: readonly string[]) => this.load(ids) };
    this.#watch = new ResultWatch(source, connection.polling ? POLLING_PACE : PACE, systemClock);
    context.pruner.add(context.statements.pruneResults, context.statements.pruneWaiters);
  }

  async save(records: readonly TaskResultRecord[], expires: number): Promise<boolean[]> {
    const written = new Array<boolean>(records.length).fill(false);
    for (const round of inRounds([...records.keys()], (at) => records[at]!.id)) {
      for (const some of chunks(round)) {
        const part = some.map((at) => records[at]!);
        const saved = await this.#save(part, expires);
        for (const at of some) written[at] = saved.has(records[at]!.id);
      }
    }
    return written;
  }

  async load(ids: readonly string[]): Promise<(TaskResultRecord | null)[]> {
    const { connection, statements, shift } = this.context;
    const found = new Map<string, TaskResultRecord>();
    for (const some of chunks(ids.map(toStored))) {
      const rows = await callStore<ResultRow>(connection, 'Loading results', statements.loadResults, [some, shift()]);
      for (const { id, record } of rows) found.set(fromStored(id), decodeRecord(record));
    }
    return ids.map((id) => found.get(id) ?? null);
  }

  wait(id: string, signal: AbortSignal): Promise<TaskResultRecord | null> {
    return this.#watch.wait(id, signal);
  }

  async forget(ids: readonly string[]): Promise<void> {
    const { connection, statements } = this.context;
    for (const some of chunks(ids.map(toStored))) await callStore(connection, 'Forgetting results', statements.forgetResults, [some]);
  }

  stop(): void {
    this.#watch.close();
  }

  /** Loads, after noting that this process waits for the ids: only their saves are announced. */
  async #look(ids: readonly string[]): Promise<(TaskResultRecord | null)[]> {
    const { connection, statements } = this.context;
    for (const some of connection.polling ? [] : chunks(ids.map(toStored))) {
      await callStore(connection, 'Waiting for a result', statements.noteWaiters, [some, WAITER_TTL]);
    }
    return this.load(ids);
  }

  /** @returns the ids of the records that were written */
  async #save(records: readonly TaskResultRecord[], expires: number): Promise<Set<string>> {
    const { connection, statements, shift } = this.context;
    const values = [
      records.map(({ id }) => toStored(id)),
      records.map(({ state }) => isTerminal(state)),
      records.map(({ retries }) => retries),
      records.map(encodeRecord),
      Math.max(1, expires),
      shift(),
    ];
    const rows = await callStore<{ id: string }>(connection, 'Saving results', statements.saveResults, values);
    return new Set(rows.map(({ id }) => fromStored(id)));
  }
}

interface ResultRow {
  readonly id: string;
  readonly record: Buffer;
}
