import type { PackedContent } from '../../core/message/content-codec.js';
import type { SerializedError, TaskResultRecord } from '../../core/message/task-result.js';
import { isTerminal } from '../../core/message/task-state.js';

/** A record on its way into its table: the members of one JSON object, with values as JSON text and instants in epoch ms. */
export interface ResultRow {
  readonly id: string;
  readonly name: string | null;
  readonly queue: string | null;
  readonly tags: readonly string[];
  readonly schedule: string | null;
  readonly state: string;
  readonly retries: number;
  readonly worker: string | null;
  readonly args: string | null;
  readonly kwargs: string | null;
  readonly ctype: string;
  readonly encoding: string;
  readonly result: string | null;
  readonly error: string | null;
  readonly traceback: string | null;
  readonly meta: string | null;
  readonly content: string | null;
  readonly parent: string | null;
  readonly children: readonly string[] | null;
  readonly created: number;
  readonly started: number | null;
  readonly at: number;
  readonly terminal: boolean;
  /** ms that it is kept */
  readonly expires: number;
}

/** What `load` selects: the names of {@link ResultRow}, of which searching needs more than a record has. */
export type LoadedRow = Omit<ResultRow, 'ctype' | 'encoding' | 'terminal' | 'expires'>;

export function rowOf(record: TaskResultRecord, expires: number): ResultRow {
  const { id, state, retries, worker, task, call, content, at, parent, children } = record;
  return {
    id,
    name: task?.name ?? call?.name ?? null,
    queue: task?.queue ?? call?.queue ?? null,
    tags: task?.tags ?? [],
    schedule: task?.schedule ?? null,
    state,
    retries,
    worker: worker ?? null,
    args: call === undefined ? null : JSON.stringify(call.args),
    kwargs: call === undefined ? null : JSON.stringify(call.kwargs),
    ctype: content?.ct ?? 'json',
    encoding: content?.z ?? 'utf-8',
    result: textOf(record.result),
    ...errorTexts(record.error),
    meta: textOf(record.meta),
    content: textOf(content),
    parent: parent ?? null,
    children: children ?? null,
    created: task?.sentAt ?? at,
    started: task?.startedAt ?? (state === 'STARTED' ? at : null),
    at,
    terminal: isTerminal(state),
    expires,
  };
}

/** The record that {@link rowOf} made the row of. */
export function recordOf(row: LoadedRow): TaskResultRecord {
  const { id, state, retries, at, name, queue, tags, args, kwargs, created, started, schedule } = row;
  const record: Record<string, unknown> = { id, state, retries, at };
  if (row.result !== null) record['result'] = JSON.parse(row.result) as unknown;
  if (row.error !== null) record['error'] = errorOf(row.error, row.traceback);
  if (row.meta !== null) record['meta'] = JSON.parse(row.meta) as unknown;
  if (row.content !== null) record['content'] = JSON.parse(row.content) as PackedContent;
  if (row.worker !== null) record['worker'] = row.worker;
  if (name !== null && queue !== null) {
    record['task'] = { name, queue, tags, ...(schedule !== null && { schedule }), sentAt: created, startedAt: started };
    if (args !== null && kwargs !== null) record['call'] = { name, args: JSON.parse(args), kwargs: JSON.parse(kwargs), queue };
  }
  if (row.parent !== null) record['parent'] = row.parent;
  if (row.children !== null) record['children'] = row.children;
  return record as unknown as TaskResultRecord;
}

/** The stack stands in a column of its own, for people; where text cannot hold it (a NUL), with the rest. */
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
