import type { PackedContent } from '../../core/message/content-codec.js';
import type { TaskState } from '../../core/message/task-state.js';
import type { ColumnTable } from './columns.js';

/**
 * The result of a task as a row: the fields of django-celery-results (its `status` is `state` here), and columns for searching.
 * Workers write it; applications only read it.
 */
export class TaskResultEntity {
  readonly taskId: string;
  /** of the task, or the shadow of the call */
  readonly taskName: string | null;
  /** the schedule that sent it, if any */
  readonly periodicTaskName: string | null;
  readonly queue: string | null;
  readonly tags: readonly string[];
  readonly state: TaskState;
  /** the attempt of this state: 0 = the first */
  readonly retries: number;
  readonly worker: string | null;
  /** with `resultExtended` */
  readonly taskArgs: readonly unknown[] | null;
  /** with `resultExtended` */
  readonly taskKwargs: Readonly<Record<string, unknown>> | null;
  /** the format of the call and of its stored result: 'json', 'msgpack', … */
  readonly contentType: string;
  /** 'utf-8', or how it is compressed */
  readonly contentEncoding: string;
  /** the return value of the handler; null if it is in `content` */
  readonly result: unknown;
  readonly error: { readonly type: string; readonly message: string; readonly code?: string } | null;
  readonly traceback: string | null;
  /** the argument of `updateState` */
  readonly meta: unknown;
  /** a result that is not plain JSON: compressed, encrypted, …; `tasks.result(id)` decodes it */
  readonly content: PackedContent | null;
  /** with `trail` */
  readonly parentId: string | null;
  /** with `trail` */
  readonly children: readonly string[] | null;
  /** when it was sent */
  readonly dateCreated: Date;
  /** when its last attempt began */
  readonly dateStarted: Date | null;
  /** when it reached its state */
  readonly dateUpdated: Date;
  /** when it ended */
  readonly dateDone: Date | null;
  /** when this row is removed */
  readonly dateExpires: Date;
}

export const TASK_RESULT_TABLE = 'task_result';

export const TASK_RESULT_COLUMNS: ColumnTable<TaskResultEntity> = {
  taskId: { name: 'task_id', type: 'text', primary: true },
  taskName: { name: 'task_name', type: 'text', nullable: true },
  periodicTaskName: { name: 'periodic_task_name', type: 'text', nullable: true },
  queue: { name: 'queue', type: 'text', nullable: true },
  tags: { name: 'tags', type: 'texts' },
  state: { name: 'state', type: 'text' },
  retries: { name: 'retries', type: 'integer' },
  worker: { name: 'worker', type: 'text', nullable: true },
  taskArgs: { name: 'task_args', type: 'json', nullable: true },
  taskKwargs: { name: 'task_kwargs', type: 'json', nullable: true },
  contentType: { name: 'content_type', type: 'text' },
  contentEncoding: { name: 'content_encoding', type: 'text' },
  result: { name: 'result', type: 'json', nullable: true },
  error: { name: 'error', type: 'json', nullable: true },
  traceback: { name: 'traceback', type: 'text', nullable: true },
  meta: { name: 'meta', type: 'json', nullable: true },
  content: { name: 'content', type: 'json', nullable: true },
  parentId: { name: 'parent_id', type: 'text', nullable: true },
  children: { name: 'children', type: 'texts', nullable: true },
  dateCreated: { name: 'date_created', type: 'time' },
  dateStarted: { name: 'date_started', type: 'time', nullable: true },
  dateUpdated: { name: 'date_updated', type: 'time' },
  dateDone: { name: 'date_done', type: 'time', nullable: true },
  dateExpires: { name: 'date_expires', type: 'time' },
};
