import { SCHEDULE_NAME_HEADER } from '../../message/schedule-headers.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { TaskResultRecord } from '../../message/task-result.js';
import type { ResultBackend } from '../../ports/stores/result-backend.js';

/** What results tell beyond the outcome. */
export interface Recording {
  /** the store is searched: which task it was */
  readonly searchable: boolean;
  /** `resultExtended`: which call it was */
  readonly extended: boolean;
  /** `trail`: the task that sent it, and those that it sent */
  readonly trail: boolean;
}

/**
 * A record with what is to be told beside the outcome.
 * @param startedAt epoch ms; null = it did not run
 */
export function describeRecord(
  record: TaskResultRecord,
  message: TaskMessage,
  { searchable, extended, trail }: Recording,
  children: readonly string[],
  startedAt: number | null,
): TaskResultRecord {
  const { queue, shadow, parentId } = message.headers;
  const { args, kwargs } = message;
  return {
    ...(searchable ? withTask(record, message, startedAt) : record),
    ...(extended ? { call: { name: shadow ?? message.task, args, kwargs, queue } } : {}),
    ...(trail && parentId !== null ? { parent: parentId } : {}),
    ...(trail && children.length > 0 ? { children } : {}),
  };
}

/** A record with what it is found by. */
export function withTask(record: TaskResultRecord, { task, headers }: TaskMessage, startedAt: number | null): TaskResultRecord {
  const { shadow, queue, tags, sentAt, custom } = headers;
  const schedule = custom[SCHEDULE_NAME_HEADER];
  return {
    ...record,
    task: { name: shadow ?? task, queue, tags, ...(typeof schedule === 'string' && { schedule }), sentAt, startedAt },
  };
}

/** @returns null = nothing is told beside the outcome */
export function recordingOf(
  { resultExtended, trail }: { readonly resultExtended: boolean; readonly trail: boolean },
  { searchable = false }: Pick<ResultBackend, 'searchable'> = {},
): Recording | null {
  return resultExtended || trail || searchable ? Object.freeze({ searchable, extended: resultExtended, trail }) : null;
}
