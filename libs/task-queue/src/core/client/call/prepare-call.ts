import { v7 } from 'uuid';
import { announcePublish } from '../../attempt/listening/announce-publish.js';
import { PayloadTooLargeError } from '../../errors/call-errors.js';
import { buildMessage } from '../../message/build-message.js';
import { DEFAULT_PRIORITY, type TaskMessage } from '../../message/task-message.js';
import { currentTask } from '../../ports/task/current-task.js';
import type { DeclaredTask } from '../../ports/task/declared-task.js';
import type { Publication } from '../../ports/broker/publication.js';
import { callLimits, callTimes, checkCallOptions, type CallOptions, type CallTimes } from '../../canvas/call-options.js';
import type { CallSurroundings } from './call-surroundings.js';
import { carriedArgs, checkCarried } from './carried-values.js';
import { configuredTask } from './configured-task.js';
import { resolvePublishRetry, type PublishRetry } from '../../policies/retry/publish-retry.js';
import { formOf } from './form-of-call.js';
import { chosenId } from './id-of-call.js';
import { limitOf } from './limit-of-call.js';
import { queueOf } from './queue-of-call.js';
import { settleLinks } from './settle-signature.js';
import { tagsOf } from './tags-of-call.js';
import { uniqueKeyOf } from './unique-key-of.js';

/** A call, ready to go out. */
export interface PreparedCall {
  readonly message: TaskMessage;
  readonly publication: Publication;
  /** null = one try */
  readonly publishRetry: PublishRetry | null;
}

type Declared = Omit<DeclaredTask, 'method'>;

const NO_OPTIONS: CallOptions = {};

/**
 * Checks a call and makes its message. The call's own options win over what its route says, and that over what the task declares.
 * @throws InvalidRouteError · UnknownOptionError · InvalidOptionError · UnknownQueueError · UnknownSerializerError ·
 *   ContentNotAcceptedError · ArgumentNotSerializableError · PayloadTooLargeError · UnsupportedOptionError
 */
export function prepareCall(
  declared: Declared,
  args: readonly unknown[],
  options: CallOptions = NO_OPTIONS,
  surroundings: CallSurroundings,
  now: number,
): PreparedCall {
  if (options !== NO_OPTIONS) checkCallOptions(options, declared.name);
  const { client, listeners } = surroundings;
  const task = configuredTask(declared, args, options, surroundings);
  const times = callTimes(options, task.expires, now);
  const built = messageOf(task, args, options, surroundings, times, now);
  const announce = listeners?.signals.before_task_publish;
  const message = announce === undefined ? built : announcePublish(built, announce, listeners!);
  return {
    message,
    publication: publicationOf(message, task, options, surroundings, times),
    publishRetry: options.publishRetry === undefined ? client.publishRetry : resolvePublishRetry(options.publishRetry),
  };
}

function messageOf(
  task: Declared,
  args: readonly unknown[],
  options: CallOptions,
  surroundings: CallSurroundings,
  times: CallTimes,
  now: number,
): TaskMessage {
  const form = formOf(task, options, surroundings);
  const { contentType } = form;
  if (options.kwargs !== undefined) checkCarried(task.name, options.kwargs, 'kwargs', contentType);
  if (options.headers !== undefined) checkCarried(task.name, options.headers, 'headers', 'json');
  return buildMessage({
    task: task.name,
    args: carriedArgs(task.name, args, contentType),
    kwargs: options.kwargs,
    queue: queueOf(task, options, surroundings.client),
    sentAt: now,
    id: chosenId(task.name, options) ?? (surroundings.traced ? v7() : undefined),
    headers: {
      ...inherited(),
      ...headersOf(options, surroundings, contentType),
      ...form,
      tags: tagsOf(task, options),
      eta: times.eta,
      expires: times.expires,
      priority: options.priority ?? task.priority,
    },
  });
}

/** What the broker acts on, beside the encoded message. */
function publicationOf(
  message: TaskMessage,
  task: Declared,
  options: CallOptions,
  { broker, client, codecs }: CallSurroundings,
  times: CallTimes,
): Publication {
  const { body, headers } = codecs.messages.encode(message);
  checkSize(task.name, body, client.maxPayloadBytes);
  const { queue, priority, traced } = message.headers;
  const isUnique = task.unique !== undefined || options.unique !== undefined;
  return {
    id: message.id,
    queue,
    body,
    headers,
    priority: priority ?? DEFAULT_PRIORITY,
    due: times.due,
    traced,
    fresh: !traced,
    unique: isUnique ? uniqueKeyOf(task, message.args, options, broker) : undefined,
    limit: task.rateLimit === undefined ? undefined : limitOf(task, times.expires, broker),
  };
}

/** What a task sends belongs to the same tree. */
function inherited() {
  const parent = currentTask.getStore();
  return parent === undefined ? undefined : { rootId: parent.rootId, parentId: parent.id, traceparent: parent.traceparent };
}

function headersOf(options: CallOptions, surroundings: CallSurroundings, contentType: string) {
  if (options === NO_OPTIONS) return undefined;
  const { softTimeLimit = null, timeLimit = null } = callLimits(options);
  return {
    softTimeLimit,
    timeLimit,
    ignoreResult: options.ignoreResult ?? null,
    groupId: options.groupId ?? null,
    shadow: options.shadow ?? null,
    link: settleLinks(options.link, 'link', surroundings, contentType),
    linkError: settleLinks(options.linkError, 'linkError', surroundings, contentType),
    custom: options.headers ?? {},
    ...(options.traceparent === undefined ? {} : { traceparent: options.traceparent }),
  };
}

function checkSize(task: string, body: string, limit: number): void {
  // UTF-8 needs at most three bytes for each UTF-16 unit: short bodies need no counting.
  if (body.length * 3 <= limit) return;
  const bytes = Buffer.byteLength(body);
  if (bytes > limit) throw new PayloadTooLargeError(task, bytes, limit);
}
