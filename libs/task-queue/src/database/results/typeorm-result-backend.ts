import { ResultsUnavailableError } from '../../core/errors/result-errors.js';
import type { TaskResultRecord } from '../../core/message/task-result.js';
import type { ResultBackend } from '../../core/ports/stores/result-backend.js';
import { ResultWatch } from '../../core/ports/stores/result-watch.js';
import type { ResultDatabase, TypeormResultOptions } from './result-database.js';
import { recordOf, rowOf, type ResultRow } from './result-row.js';
import { resultStatements } from './result-statements.js';
import { SaveBatches } from './save-batches.js';
import { TypeormFailedTasks } from './typeorm-failed-tasks.js';
import { chunks, inRounds } from '../../core/ports/stores/chunks.js';
import { writeApart } from './write-apart.js';

const BATCH = 500;
/** ms between two looks */
const PACE = { first: 20, longest: 500, growth: 1.5 };

/** Results as rows of the application's database, found by id, and searched by name, state, time and tag. */
export class TypeormResultBackend implements ResultBackend {
  readonly searchable = true;
  readonly failedTasks: TypeormFailedTasks;
  readonly #sql: ReturnType<typeof resultStatements>;
  readonly #batches = new SaveBatches((rows) => this.#write(rows), BATCH);
  readonly #watch: ResultWatch;

  constructor(
    readonly database: ResultDatabase,
    private readonly options: TypeormResultOptions,
  ) {
    this.#sql = resultStatements(database.schema);
    this.failedTasks = new TypeormFailedTasks(database, options);
    this.#watch = new ResultWatch({ look: (ids) => this.#select(this.#sql.finished, ids) }, PACE, options.clock);
  }

  connect(): Promise<void> {
    return this.database.connect();
  }

  async close(): Promise<void> {
    this.database.close();
    this.#watch.close(new ResultsUnavailableError('Waiting for a result', { cause: new Error('The instance was closed.') }));
  }

  async save(records: readonly TaskResultRecord[], expires: number): Promise<boolean[]> {
    return records.length === 0 ? [] : this.#batches.save(records.map((record) => rowOf(record, expires)));
  }

  async load(ids: readonly string[]): Promise<(TaskResultRecord | null)[]> {
    const found = new Map((await this.#select(this.#sql.load, ids)).map((record) => [record.id, record]));
    return ids.map((id) => found.get(id) ?? null);
  }

  wait(id: string, signal: AbortSignal): Promise<TaskResultRecord | null> {
    return this.#watch.wait(id, signal);
  }

  async forget(ids: readonly string[]): Promise<void> {
    for (const some of chunks(ids.filter(isStorable), BATCH)) await this.database.query('Forgetting results', this.#sql.forget, [some]);
  }

  async prune(): Promise<boolean> {
    const [row] = await this.database.query<{ count: number }>('Removing expired results', this.#sql.prune, [
      BATCH,
      this.options.timeOffset(),
    ]);
    const more = await this.failedTasks.prune(BATCH);
    return more || row!.count === BATCH;
  }

  async #write(rows: readonly ResultRow[]): Promise<ReadonlySet<ResultRow>> {
    const written = new Set<ResultRow>();
    for (const round of inRounds(rows, ({ taskId }) => taskId)) {
      for (const some of chunks(round, BATCH)) {
        await writeApart(
          some,
          (part) => this.#insert(part, written),
          ({ taskId }, error) => this.options.logger.error('a result cannot be stored', { taskId, error }),
        );
      }
    }
    return written;
  }

  async #insert(rows: readonly ResultRow[], written: Set<ResultRow>): Promise<void> {
    const values = [JSON.stringify(rows), this.options.timeOffset()];
    const found = await this.database.query<{ id: string }>('Saving results', this.#sql.save, values);
    const ids = new Set(found.map(({ id }) => id));
    for (const row of rows) {
      if (!ids.has(row.taskId)) continue;
      written.add(row);
      if (row.dateDone !== null && this.#watch.has(row.taskId)) this.#watch.tell(recordOf(row));
    }
  }

  async #select(sql: string, ids: readonly string[]): Promise<TaskResultRecord[]> {
    const records: TaskResultRecord[] = [];
    for (const some of chunks(ids.filter(isStorable), BATCH)) {
      const rows = await this.database.query<ResultRow>('Loading results', sql, [some, this.options.timeOffset()]);
      records.push(...rows.map(recordOf));
    }
    return records;
  }
}

/** Text in the database has no NUL: no row can have such an id. */
function isStorable(id: string): boolean {
  return !id.includes('\0');
}
