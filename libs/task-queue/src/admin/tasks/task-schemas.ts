import { z } from 'zod';
import type { CallOptions } from '../../core/canvas/call-options.js';
import { toTagged } from '../../core/message/serializers/tagged-values.js';
import type { SerializedError, TaskResultRecord } from '../../core/message/task-result.js';
import type { TaskState } from '../../core/message/task-state.js';
import type { Location } from '../../core/ports/control/inspector.js';
import type { TaskResultEntity } from '../../database/results/task-result.js';
import { named } from '../openapi/contract.js';
import { date, duration, instant, jsonObject, pageOf, paging, toIso, word } from '../validation/fields.js';

const moment = z
  .union([z.iso.datetime({ offset: true }), z.number()])
  .describe("epoch milliseconds, or a string such as '2027-01-31T18:00:00Z'");

/** A call by task name. Absent options come from the task's routes and annotations. */
export const sendInput = named(
  'SendInput',
  z.strictObject({
    task: word.describe('the name of a task'),
    args: z.array(z.unknown()).default([]).describe('a list of arguments'),
    kwargs: jsonObject.optional(),
    queue: word.optional().describe('the name of a queue'),
    worker: word.optional().describe('the name of a worker, instead of queue'),
    priority: z.int().min(0).max(9).optional().describe('a whole number from 0 to 9 (higher first)'),
    countdown: duration.optional(),
    eta: moment.optional().describe(`${moment.description}, instead of countdown`),
    expires: duration.optional(),
    expiresAt: moment.optional().describe(`${moment.description}, instead of expires`),
    taskId: word.optional().describe('an id of your own; the same id is not sent twice'),
    idempotencyKey: word.optional().describe('a string that identifies this call, instead of taskId'),
    headers: jsonObject.optional(),
    ignoreResult: z.boolean().optional().describe('true or false'),
    softTimeLimit: duration.optional(),
    timeLimit: duration.optional(),
    tags: z.array(word).max(1_000).optional().describe('a list of strings by which its result can be searched'),
  }),
);
export type SendInput = z.output<typeof sendInput>;

/** The options of a call as the client takes them. */
export function callOptionsOf({ eta, expiresAt, expires, ...options }: Omit<SendInput, 'task' | 'args'>): CallOptions {
  const ends = expiresAt === undefined ? expires : new Date(expiresAt);
  return { ...options, ...(eta !== undefined && { eta: new Date(eta) }), ...(ends !== undefined && { expires: ends }) } as CallOptions;
}

const terminate = z.boolean().default(false).describe('true or false: whether a running attempt is aborted too');

export const revokeInput = named('RevokeInput', z.strictObject({ terminate }));

export const revokeManyInput = named(
  'RevokeManyInput',
  z.strictObject({ ids: z.array(word).min(1).max(1_000).describe('a list of 1 to 1000 ids'), terminate }),
);

export const taskListing = z.strictObject({
  ...paging,
  name: word.optional().describe('the name of a task'),
  state: word.optional().describe('a state, such as FAILURE'),
  queue: word.optional().describe('the name of a queue'),
  worker: word.optional().describe('the name of a worker'),
  tag: word.optional().describe('a tag'),
  from: date.optional().describe(`${date.description}: sent at this time or later`),
  to: date.optional().describe(`${date.description}: sent before this time`),
});

const error = z.strictObject({ type: z.string(), message: z.string(), code: z.string().optional(), traceback: z.string().nullable() });

export const taskView = named(
  'Task',
  z.strictObject({
    id: z.string(),
    state: z.string(),
    name: z.string().nullable().describe('null when its result does not contain it'),
    place: z
      .string()
      .nullable()
      .describe('where its message is: ready, delayed, limited, leased, suspects or dead; null when there is none'),
    queue: z.string().nullable(),
    retries: z.int().nullable().describe('the attempt that the state belongs to; 0 = the first'),
    worker: z.string().nullable(),
    result: z.unknown().describe('the return value, or the last reported progress'),
    error: error.nullable(),
    args: z.array(z.unknown()).nullable().describe('stored with resultExtended'),
    kwargs: z.record(z.string(), z.unknown()).nullable().describe('stored with resultExtended'),
    withheld: z.enum(['encrypted', 'unreadable']).nullable().describe('why result, error and arguments are not shown'),
    parentId: z.string().nullable().describe('stored with trail'),
    children: z.array(z.string()).describe('stored with trail'),
    sentAt: instant.nullable(),
    startedAt: instant.nullable(),
    reachedAt: instant.nullable().describe('when it reached its state'),
  }),
);
export type TaskView = z.output<typeof taskView>;

export const taskPage = named('TaskPage', pageOf(taskView));

export const sentView = named(
  'Sent',
  z.strictObject({ id: z.string(), deduplicated: z.boolean().describe('true: the id or key was known, so nothing was sent') }),
);
export const revokedView = named('Revoked', z.strictObject({ revoked: z.int() }));
export const holderView = named('Holder', z.strictObject({ worker: z.string(), state: z.enum(['active', 'reserved']) }));

/** A task's state, the place of its message and its decoded result record. */
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

/** A search hit, from its row alone. Values other than plain JSON are shown only when the task is fetched by its id. */
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

function errorOf({ type, message, code, stack }: SerializedError): z.output<typeof error> {
  return { type, message, ...(code !== undefined && { code }), traceback: stack ?? null };
}

/** A value of any serializer as JSON: a Date becomes `{ $date }`, a bigint `{ $bigint }`. */
export function shown(value: unknown): unknown {
  return value === undefined ? null : toTagged(value, 'base64');
}
