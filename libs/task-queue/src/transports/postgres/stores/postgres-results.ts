import type { TaskResultRecord } from '../../../core/message/task-result.js';
import { isTerminal } from '../../../core/message/task-state.js';
import type { ResultBackend } from '../../../core/ports/stores/result-backend.js';
import { chunks, inRounds } from '../../../core/ports/stores/chunks.js';
import { callStore } from '../connection/call-store.js';
import type { PostgresContext } from '../postgres-context.js';
import { decodeRecord, encodeRecord } from './record-codec.js';
import { ResultWatch } from './result-watch.js';
import { fromStored, toStored } from '../connection/stored-text.js';

/** Keeps results as rows that expire. */
export class PostgresResults implements ResultBackend {
  readonly #watch: ResultWatch;

  constructor(
    private readonly context: PostgresContext,
    private readonly lifecycle: { connect(): Promise<void>; close(): Promise<void> },
  ) {
    this.#watch = new ResultWatch(context, (ids) => this.load(ids));
    context.pruner.add(context.statements.pruneResults, context.statements.pruneWaiters);
  }

  connect(): Promise<void> {
    return this.lifecycle.connect();
  }

  close(): Promise<void> {
    return this.lifecycle.close();
  }

  async save(records: readonly TaskResultRecord[], expires: number): Promise<boolean[]> {
    const written = new Array<boolean>(records.length).fill(false);
    for (const round of inRounds([...records.keys()], (at) => records[at]!.id)) {
      for (const some of chunks(round)) {
        const saved = await this.#save(some.map((at) => records[at]!), expires); // prettier-ignore
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

  /** @returns ids of what was written */
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
