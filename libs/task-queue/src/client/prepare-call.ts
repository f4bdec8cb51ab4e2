import { ArgumentNotSerializableError, InvalidOptionError, PayloadTooLargeError, UnknownQueueError } from '../errors/index.js';
import { buildMessage } from '../message/build-message.js';
import { encodeMessage } from '../message/codec.js';
import { toMilliseconds } from '../message/duration.js';
import { findJsonProblem } from '../message/plain-json.js';
import { DEFAULT_PRIORITY, type TaskMessage } from '../message/task-message.js';
import { currentTask, type DeclaredTask, type Publication } from '../ports/index.js';
import { callTimes, checkCallOptions, type CallOptions } from './call-options.js';
import type { ClientOptions } from './client-options.js';

/** A call, ready to go out. */
export interface PreparedCall {
  readonly message: TaskMessage;
  readonly publication: Publication;
}

const NO_OPTIONS: CallOptions = {};

/**
 * Checks a call and makes its message. The call's own options win over what the task declares.
 * @throws UnknownOptionError · InvalidOptionError · UnknownQueueError · ArgumentNotSerializableError · PayloadTooLargeError
 */
export function prepareCall(
  task: Omit<DeclaredTask, 'method'>,
  args: readonly unknown[],
  options: CallOptions = NO_OPTIONS,
  client: ClientOptions,
  now: number,
): PreparedCall {
  if (options !== NO_OPTIONS) checkCallOptions(options, task.name);
  const queue = options.queue ?? task.queue ?? client.defaultQueue;
  if (client.queues !== undefined && queue !== task.queue) checkQueue(queue, task.name, client);
  const times = callTimes(options, task.expires, now);
  const message = buildMessage({
    task: task.name,
    args: carriedArgs(task.name, args),
    kwargs: options.kwargs,
    queue,
    sentAt: now,
    id: options.taskId,
    headers: { ...inherited(), ...headersOf(options), eta: times.eta, expires: times.expires, priority: options.priority ?? task.priority },
  });
  if (options.kwargs !== undefined) check(task.name, options.kwargs, 'kwargs');
  if (options.headers !== undefined) check(task.name, options.headers, 'headers');
  const body = encodeMessage(message);
  checkSize(task.name, body, client.maxPayloadBytes);
  const { priority, traced } = message.headers;
  return { message, publication: { id: message.id, queue, body, priority: priority ?? DEFAULT_PRIORITY, due: times.due, traced } };
}

/** What a task sends belongs to the same tree. */
function inherited() {
  const parent = currentTask.getStore();
  return parent === undefined ? undefined : { rootId: parent.rootId, parentId: parent.id, traceparent: parent.traceparent };
}

function headersOf(options: CallOptions) {
  if (options === NO_OPTIONS) return undefined;
  const limit = (name: 'softTimeLimit' | 'timeLimit') => {
    const value = options[name];
    return value === undefined ? null : toMilliseconds(value, name);
  };
  const softTimeLimit = limit('softTimeLimit');
  const timeLimit = limit('timeLimit');
  if (softTimeLimit !== null && timeLimit !== null && softTimeLimit > timeLimit) {
    throw new InvalidOptionError('softTimeLimit', options.softTimeLimit, `no longer than timeLimit (${timeLimit} ms)`);
  }
  return {
    softTimeLimit,
    timeLimit,
    ignoreResult: options.ignoreResult ?? null,
    groupId: options.groupId ?? null,
    custom: options.headers ?? {},
    ...(options.traceparent === undefined ? {} : { traceparent: options.traceparent }),
  };
}

/** Arguments as they travel: optional ones at the end that were not given are left out. */
function carriedArgs(task: string, args: readonly unknown[]): readonly unknown[] {
  let length = args.length;
  while (length > 0 && args[length - 1] === undefined) length--;
  const carried = length === args.length ? args : args.slice(0, length);
  check(task, carried, 'args');
  return carried;
}

function check(task: string, value: unknown, root: string): void {
  const found = findJsonProblem(value, root);
  if (found !== undefined) throw new ArgumentNotSerializableError(task, found.path, found.problem, found.fix);
}

function checkQueue(queue: string, task: string, client: ClientOptions): void {
  const known = [...(client.queues ?? []), client.defaultQueue];
  if (!known.includes(queue)) throw new UnknownQueueError(queue, `The call of '${task}'`, known);
}

function checkSize(task: string, body: string, limit: number): void {
  // UTF-8 needs at most three bytes for each UTF-16 unit: short bodies need no counting.
  if (body.length * 3 <= limit) return;
  const bytes = Buffer.byteLength(body);
  if (bytes > limit) throw new PayloadTooLargeError(task, bytes, limit);
}
