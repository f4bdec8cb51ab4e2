import type { Envelope } from '../../core/ports/broker/message-format.js';
import type { FailedLetter, FailedTaskLog } from '../../core/ports/stores/failed-task-log.js';
import type { DeadLetter } from '../../core/ports/control/inspector.js';
import type { RowOf } from './columns.js';
import type { FailedTaskEntity } from './failed-task.js';
import type { ResultDatabase, TypeormResultOptions } from './result-database.js';
import { failedTaskStatements } from './result-statements.js';
import { chunks, inRounds } from '../../core/ports/stores/chunks.js';
import { writeApart } from './write-apart.js';

type FailedRow = Omit<RowOf<FailedTaskEntity>, 'dateExpires'>;

const BATCH = 500;

/** Dead letters as rows beside the results. Their fields are read from the envelope: encrypted or compressed content stays closed. */
export class TypeormFailedTasks implements FailedTaskLog {
  readonly #sql: ReturnType<typeof failedTaskStatements>;

  constructor(
    private readonly database: ResultDatabase,
    private readonly options: TypeormResultOptions,
  ) {
    this.#sql = failedTaskStatements(database.schema);
  }

  async record(letters: readonly FailedLetter[]): Promise<void> {
    const rows = letters.map((letter) => rowOf(letter, this.options.messages.peek(letter), this.options.extended));
    for (const round of inRounds(rows, ({ queue, taskId }) => keyOf({ queue, id: taskId }))) {
      for (const some of chunks(round, BATCH)) {
        await writeApart(
          some,
          (part) => this.#insert(part),
          ({ taskId, queue }, error) => this.options.logger.error('a failed task cannot be remembered', { taskId, queue, error }),
        );
      }
    }
  }

  async missing(letters: readonly DeadLetter[]): Promise<readonly DeadLetter[]> {
    const { failedTaskExpires, clock } = this.options;
    const storable = letters.filter(({ id, queue }) => !`${id}${queue}`.includes('\0'));
    const values = [storable.map(({ queue }) => queue), storable.map(({ id }) => id)];
    const found = await this.database.query<{ queue: string; id: string }>('Looking for failed tasks', this.#sql.known, values);
    const known = new Set(found.map(keyOf));
    const oldest = clock.now() - failedTaskExpires;
    return storable.filter((letter) => letter.at > oldest && !known.has(keyOf(letter)));
  }

  async forget(queue: string, ids: readonly string[]): Promise<void> {
    for (const some of chunks(ids, BATCH)) await this.database.query('Forgetting failed tasks', this.#sql.forget, [queue, some]);
  }

  /** @returns whether more may be left */
  async prune(limit: number): Promise<boolean> {
    const values = [limit, this.options.timeOffset()];
    const [row] = await this.database.query<{ count: number }>('Removing old failed tasks', this.#sql.prune, values);
    return row!.count === limit;
  }

  async #insert(rows: readonly FailedRow[]): Promise<void> {
    const { failedTaskExpires, timeOffset } = this.options;
    await this.database.query('Remembering failed tasks', this.#sql.record, [JSON.stringify(rows), timeOffset(), failedTaskExpires]);
  }
}

function rowOf(letter: FailedLetter, envelope: Envelope | undefined, extended: boolean): FailedRow {
  const { id, queue, reason, detail, attempts, at, worker } = letter;
  const { task, args, kwargs, headers } = envelope?.message ?? {};
  const shown = extended && envelope?.packed === false;
  return {
    queue,
    taskId: id,
    taskName: headers?.shadow ?? task ?? null,
    tags: headers?.tags ?? [],
    reason,
    error: detail.replaceAll('\0', '\uFFFD'),
    attempts: JSON.stringify(attempts),
    retries: headers?.retries ?? 0,
    worker,
    taskArgs: shown ? JSON.stringify(args) : null,
    taskKwargs: shown ? JSON.stringify(kwargs) : null,
    parentId: headers?.parentId ?? null,
    dateCreated: headers?.sentAt ?? null,
    dateFailed: at,
  };
}

function keyOf({ queue, id }: { readonly queue: string; readonly id: string }): string {
  return JSON.stringify([queue, id]);
}
