import type { SerializedError, TaskResultRecord } from '../../core/message/task-result.js';
import { isTerminal } from '../../core/message/task-state.js';
import type { RowOf } from './columns.js';
import type { TaskResultEntity } from './task-result.js';

/** A record as a row to be written. */
export interface ResultRow extends Omit<RowOf<TaskResultEntity>, 'dateExpires'> {
  /** ms for which it is kept */
  readonly expires: number;
}

export function rowOf(record: TaskResultRecord, expires: number): ResultRow {
  const { id, state, retries, worker, task, call, content, at, parent, children } = record;
  return {
    taskId: id,
    taskName: task?.name ?? call?.name ?? null,
    periodicTaskName: task?.schedule ?? null,
    queue: task?.queue ?? call?.queue ?? null,
    tags: task?.tags ?? [],
    state,
    retries,
    worker: worker ?? null,
    taskArgs: textOf(call?.args),
    taskKwargs: textOf(call?.kwargs),
    contentType: content?.ct ?? 'json',
    contentEncoding: content?.z ?? 'utf-8',
    result: textOf(record.result),
    ...errorTexts(record.error),
    meta: textOf(record.meta),
    content: textOf(content),
    parentId: parent ?? null,
    children: children ?? null,
    dateCreated: task?.sentAt ?? at,
    dateStarted: task?.startedAt ?? (state === 'STARTED' ? at : null),
    dateUpdated: at,
    dateDone: isTerminal(state) ? at : null,
    expires,
  };
}

/** The record from which {@link rowOf} made the row. */
export function recordOf(row: Omit<ResultRow, 'expires'>): TaskResultRecord {
  const { taskName: name, queue, tags, periodicTaskName: schedule, taskArgs, taskKwargs, dateCreated, dateStarted } = row;
  const record: Record<string, unknown> = { id: row.taskId, state: row.state, retries: row.retries, at: row.dateUpdated };
  if (row.result !== null) record['result'] = JSON.parse(row.result) as unknown;
  if (row.error !== null) record['error'] = errorOf(row.error, row.traceback);
  if (row.meta !== null) record['meta'] = JSON.parse(row.meta) as unknown;
  if (row.content !== null) record['content'] = JSON.parse(row.content) as unknown;
  if (row.worker !== null) record['worker'] = row.worker;
  if (name !== null && queue !== null) {
    record['task'] = { name, queue, tags, ...(schedule !== null && { schedule }), sentAt: dateCreated, startedAt: dateStarted };
    if (taskArgs !== null && taskKwargs !== null)
      record['call'] = { name, args: JSON.parse(taskArgs), kwargs: JSON.parse(taskKwargs), queue };
  }
  if (row.parentId !== null) record['parent'] = row.parentId;
  if (row.children !== null) record['children'] = row.children;
  return record as unknown as TaskResultRecord;
}

/** The stack has a column of its own, for people. A text cannot hold NUL or lone surrogates: such a stack stays in the error's JSON. */
function errorTexts(error: SerializedError | undefined): Pick<ResultRow, 'error' | 'traceback'> {
  if (error === undefined) return { error: null, traceback: null };
  const { stack, ...rest } = error;
  if (stack === undefined || stack.includes('\0') || !stack.isWellFormed()) return { error: JSON.stringify(error), traceback: null };
  return { error: JSON.stringify(rest), traceback: stack };
}

function errorOf(text: string, traceback: string | null): SerializedError {
  const error = JSON.parse(text) as SerializedError;
  return traceback === null ? error : { ...error, stack: traceback };
}

function textOf(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
