import { z } from 'zod';
import { toTagged } from '../../core/message/serializers/tagged-values.js';
import type { SerializedError, TaskResultRecord } from '../../core/message/task-result.js';
import type { TaskState } from '../../core/message/task-state.js';
import type { TaskResultEntity } from '../../database/results/task-result.js';
import type { Location } from '../../core/ports/control/inspector.js';
import { named } from '../openapi/contract.js';
import { instant, pageOf, toIso } from '../validation/fields.js';

const error = z.strictObject({ type: z.string(), message: z.string(), code: z.string().optional(), traceback: z.string().nullable() });

export const taskView = named(
  'Task',
  z.strictObject({
    id: z.string(),
    state: z.string(),
    name: z.string().nullable().describe('null = its result does not tell'),
    place: z.string().nullable().describe('where its message is: ready, delayed, limited, leased, suspects or dead; null = nowhere'),
    queue: z.string().nullable(),
    retries: z.int().nullable().describe('the attempt that its state speaks of: 0 = the first'),
    worker: z.string().nullable(),
    result: z.unknown().describe('what it returned, or what it told of its progress'),
    error: error.nullable(),
    args: z.array(z.unknown()).nullable().describe('with resultExtended'),
    kwargs: z.record(z.string(), z.unknown()).nullable().describe('with resultExtended'),
    withheld: z.enum(['encrypted', 'unreadable']).nullable().describe('why result, error and arguments are not told'),
    parentId: z.string().nullable().describe('with trail'),
    children: z.array(z.string()).describe('with trail'),
    sentAt: instant.nullable(),
    startedAt: instant.nullable(),
    reachedAt: instant.nullable().describe('when it reached its state'),
  }),
);
export type TaskView = z.output<typeof taskView>;

export const taskPage = named('TaskPage', pageOf(taskView));

export const sentView = named(
  'Sent',
  z.strictObject({ id: z.string(), deduplicated: z.boolean().describe('the id or key was known: nothing was sent') }),
);
export const revokedView = named('Revoked', z.strictObject({ revoked: z.int() }));
export const holderView = named('Holder', z.strictObject({ worker: z.string(), state: z.enum(['active', 'reserved']) }));

/** What is known of a task: its message's place, and its record, opened; null = there is none. */
export interface KnownTask {
  readonly id: string;
  readonly state: TaskState;
  readonly location: Location | null;
  readonly record: TaskResultRecord | null;
  readonly withheld: TaskView['withheld'];
}

export function viewOfTask({ id, state, location, record, withheld }: KnownTask): TaskView {
  const open = withheld === null ? record : null;
  return {
    id,
    state,
    name: record?.task?.name ?? open?.call?.name ?? null,
    place: location?.place ?? null,
    queue: location?.queue ?? record?.task?.queue ?? open?.call?.queue ?? null,
    retries: record?.retries ?? null,
    worker: record?.worker ?? null,
    result: shown(open?.result ?? open?.meta),
    error: open?.error === undefined ? null : errorOf(open.error),
    args: open?.call === undefined ? null : (shown(open.call.args) as unknown[]),
    kwargs: open?.call === undefined ? null : (shown(open.call.kwargs) as Record<string, unknown>),
    withheld,
    parentId: record?.parent ?? null,
    children: [...(record?.children ?? [])],
    sentAt: record?.task === undefined ? null : toIso(record.task.sentAt),
    startedAt: toIso(record?.task?.startedAt ?? null),
    reachedAt: toIso(record?.at ?? null),
  };
}

/** One of many, as its row says: what is not plain JSON is told when it is asked for by its id. */
export function viewOfRow(row: TaskResultEntity): TaskView {
  const { error: failure } = row;
  return {
    id: row.taskId,
    state: row.state,
    name: row.taskName,
    place: null,
    queue: row.queue,
    retries: row.retries,
    worker: row.worker,
    result: row.result ?? row.meta ?? null,
    error: failure === null ? null : { ...failure, traceback: row.traceback },
    args: row.taskArgs === null ? null : [...row.taskArgs],
    kwargs: row.taskKwargs,
    withheld: row.content === null ? null : row.content.k === undefined ? 'unreadable' : 'encrypted',
    parentId: row.parentId,
    children: [...(row.children ?? [])],
    sentAt: row.dateCreated.toISOString(),
    startedAt: row.dateStarted?.toISOString() ?? null,
    reachedAt: row.dateUpdated.toISOString(),
  };
}

export function errorOf({ type, message, code, stack }: SerializedError): z.output<typeof error> {
  return { type, message, ...(code !== undefined && { code }), traceback: stack ?? null };
}

/** A value of any serializer as JSON: a Date becomes `{ $date }`, a bigint `{ $bigint }`, and so on. */
export function shown(value: unknown): unknown {
  return value === undefined ? null : toTagged(value, 'base64');
}
