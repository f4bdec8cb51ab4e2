import { SCHEDULE_NAME_HEADER } from '../../message/schedule-headers.js';
import type { Codecs } from '../../message/codecs.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { RecordedTask, TaskResultRecord } from '../../message/task-result.js';
import type { ResultBackend } from '../../ports/stores/result-backend.js';

/** The details that results contain beside the outcome. */
export interface Recording {
  /** the store is searched: which task it was */
  readonly searchable: boolean;
  /** `resultExtended`: which call it was */
  readonly extended: boolean;
  /** `trail`: the task that sent it, and those that it sent */
  readonly trail: boolean;
}

/** @returns null = nothing beyond the outcome */
export function recordingOf(
  { resultExtended, trail }: { readonly resultExtended: boolean; readonly trail: boolean },
  { searchable = false }: Pick<ResultBackend, 'searchable'> = {},
): Recording | null {
  return resultExtended || trail || searchable ? Object.freeze({ searchable, extended: resultExtended, trail }) : null;
}

/** A state and its own fields. */
export type StateFields = Pick<TaskResultRecord, 'state' | 'result' | 'error' | 'meta'>;

/** The settings with which a process makes records. */
export interface RecordMaker {
  readonly worker: string;
  readonly recording: Recording | null;
  readonly codecs: Codecs;
}

// Every stored result is built below. A new field is added here, in the stores' columns and in one migration.

/** The record of a message that cannot be read: as plain data, because its form is not known. */
export function recordOfUnreadable(
  id: string,
  envelope: TaskMessage | undefined,
  fields: StateFields,
  at: number,
  maker: RecordMaker,
): TaskResultRecord {
  const record = baseOf(id, envelope?.headers.retries ?? 0, fields, at, maker);
  return envelope === undefined ? record : withTask(record, envelope, null, maker);
}

/** The record of a state that is not an attempt's end. @param startedAt epoch ms; null = it has not run */
export function recordOfState(
  message: TaskMessage,
  fields: StateFields,
  at: number,
  startedAt: number | null,
  maker: RecordMaker,
): TaskResultRecord {
  const record = baseOf(message.id, message.headers.retries, fields, at, maker);
  return maker.codecs.results.seal(withTask(record, message, startedAt, maker), message.headers);
}

/** The record of an attempt's end. @param children ids of the tasks that it sent */
export function recordOfEnd(
  message: TaskMessage,
  fields: StateFields,
  at: number,
  startedAt: number | null,
  children: readonly string[],
  maker: RecordMaker,
): TaskResultRecord {
  const { recording } = maker;
  const { id, headers, args, kwargs } = message;
  const record = baseOf(id, headers.retries, fields, at, maker);
  if (recording === null) return maker.codecs.results.seal(record, headers);
  const { queue, shadow, parentId } = headers;
  const described = {
    ...withTask(record, message, startedAt, maker),
    ...(recording.extended && { call: { name: shadow ?? message.task, args, kwargs, queue } }),
    ...(recording.trail && parentId !== null && { parent: parentId }),
    ...(recording.trail && children.length > 0 && { children }),
  };
  return maker.codecs.results.seal(described, headers);
}

/** Successes are the hot path, so they pay for no spread. A spread at the front of a literal would cost microseconds (V8). */
function baseOf(id: string, retries: number, fields: StateFields, at: number, { worker }: RecordMaker): TaskResultRecord {
  if (fields.state === 'SUCCESS') return { id, state: 'SUCCESS', retries, result: fields.result, at, worker };
  return { id, retries, at, worker, ...fields };
}

function withTask(record: TaskResultRecord, message: TaskMessage, startedAt: number | null, { recording }: RecordMaker): TaskResultRecord {
  return recording?.searchable === true ? { ...record, task: recordedTask(message, startedAt) } : record;
}

function recordedTask({ task, headers }: TaskMessage, startedAt: number | null): RecordedTask {
  const { shadow, queue, tags, sentAt, custom } = headers;
  const schedule = custom[SCHEDULE_NAME_HEADER];
  return { name: shadow ?? task, queue, tags, ...(typeof schedule === 'string' && { schedule }), sentAt, startedAt };
}
