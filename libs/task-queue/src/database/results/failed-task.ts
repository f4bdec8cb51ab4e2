import type { FailedAttempt } from '../../core/message/failed-attempt.js';
import type { ColumnTable } from './columns.js';

/** A dead letter as a row: a task that does not run again by itself. Workers write it; applications only read it. */
export class FailedTaskEntity {
  readonly queue: string;
  readonly taskId: string;
  /** null where the message cannot be read */
  readonly taskName: string | null;
  readonly tags: readonly string[];
  /** 'failed', 'rejected', 'worker_lost', 'unknown_task', 'malformed', … */
  readonly reason: string;
  /** the last error in one line */
  readonly error: string;
  /** its last ten attempts, oldest first */
  readonly attempts: readonly FailedAttempt[];
  readonly retries: number;
  /** null if another worker found the dead letter later */
  readonly worker: string | null;
  /** with `resultExtended`, if they are plain JSON */
  readonly taskArgs: readonly unknown[] | null;
  readonly taskKwargs: Readonly<Record<string, unknown>> | null;
  readonly parentId: string | null;
  /** when it was sent */
  readonly dateCreated: Date | null;
  readonly dateFailed: Date;
  /** when this row is removed; the dead letter stays with the broker */
  readonly dateExpires: Date;
}

export const FAILED_TASK_TABLE = 'failed_task';

export const FAILED_TASK_COLUMNS: ColumnTable<FailedTaskEntity> = {
  queue: { name: 'queue', type: 'text', primary: true },
  taskId: { name: 'task_id', type: 'text', primary: true },
  taskName: { name: 'task_name', type: 'text', nullable: true },
  tags: { name: 'tags', type: 'texts' },
  reason: { name: 'reason', type: 'text' },
  error: { name: 'error', type: 'text' },
  attempts: { name: 'attempts', type: 'json' },
  retries: { name: 'retries', type: 'integer' },
  worker: { name: 'worker', type: 'text', nullable: true },
  taskArgs: { name: 'task_args', type: 'json', nullable: true },
  taskKwargs: { name: 'task_kwargs', type: 'json', nullable: true },
  parentId: { name: 'parent_id', type: 'text', nullable: true },
  dateCreated: { name: 'date_created', type: 'time', nullable: true },
  dateFailed: { name: 'date_failed', type: 'time' },
  dateExpires: { name: 'date_expires', type: 'time' },
};
