import { hostname } from 'node:os';
import { v7 } from 'uuid';
import { NO_ATTEMPTS, type FailedAttempt } from './failed-attempt.js';
import { DEFAULT_PRIORITY, NO_KEYS, NO_TAGS, type TaskHeaders, type TaskMessage } from './task-message.js';

/** One call, with its options settled. */
export interface MessageParts {
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly queue: string;
  readonly sentAt: number;
  /** chosen by the caller; makes the message a traced one */
  readonly id?: string;
  readonly headers?: Partial<Omit<TaskHeaders, 'queue' | 'sentAt' | 'traced'>>;
}

/** Who sends: the same for every message of this process. */
const ORIGIN = `${process.pid}@${hostname()}`;

/** The frozen message of a call. */
export function buildMessage(parts: MessageParts): TaskMessage {
  const id = parts.id ?? v7();
  const given = parts.headers ?? {};
  const headers: TaskHeaders = {
    queue: parts.queue,
    rootId: given.rootId ?? id,
    parentId: given.parentId ?? null,
    groupId: given.groupId ?? null,
    retries: given.retries ?? 0,
    eta: given.eta ?? null,
    expires: given.expires ?? null,
    priority: given.priority ?? DEFAULT_PRIORITY,
    timeLimit: given.timeLimit ?? null,
    softTimeLimit: given.softTimeLimit ?? null,
    origin: given.origin ?? ORIGIN,
    lang: 'js',
    contentType: given.contentType ?? 'json',
    compression: given.compression ?? null,
    encrypted: given.encrypted ?? false,
    ignoreResult: given.ignoreResult ?? null,
    sentAt: parts.sentAt,
    parkedSince: null,
    traced: parts.id !== undefined,
    traceparent: given.traceparent ?? null,
    shadow: given.shadow ?? null,
    link: given.link ?? null,
    linkError: given.linkError ?? null,
    redrives: given.redrives ?? 0,
    tags: given.tags ?? NO_TAGS,
    attempts: given.attempts ?? NO_ATTEMPTS,
    custom: given.custom ?? NO_KEYS,
  };
  return Object.freeze({ id, task: parts.task, args: parts.args, kwargs: parts.kwargs ?? NO_KEYS, headers: Object.freeze(headers) });
}

/** The message of the next attempt: same id, one retry more. */
export function retryMessage(
  message: TaskMessage,
  change: { readonly args?: readonly unknown[]; readonly kwargs?: Readonly<Record<string, unknown>>; readonly eta: number | null },
): TaskMessage {
  const headers = Object.freeze({ ...message.headers, retries: message.headers.retries + 1, eta: change.eta, parkedSince: null });
  return Object.freeze({ ...message, args: change.args ?? message.args, kwargs: change.kwargs ?? message.kwargs, headers });
}

/** The message of a task that this worker does not know, on its way to wait for one that does. */
export function parkMessage(message: TaskMessage, since: number): TaskMessage {
  return Object.freeze({ ...message, headers: Object.freeze({ ...message.headers, parkedSince: message.headers.parkedSince ?? since }) });
}

/** The message with what became of an attempt that failed. */
export function withAttempts(message: TaskMessage, attempts: readonly FailedAttempt[]): TaskMessage {
  return Object.freeze({ ...message, headers: Object.freeze({ ...message.headers, attempts }) });
}

/**
 * The message of a dead letter that is sent again: with all its retries before it, and without a time that has passed.
 * @param attempts what became of it
 */
export function redriveMessage(message: TaskMessage, attempts: readonly FailedAttempt[]): TaskMessage {
  const { redrives } = message.headers;
  const fresh = { retries: 0, eta: null, expires: null, parkedSince: null, redrives: redrives + 1, attempts };
  return Object.freeze({ ...message, headers: Object.freeze({ ...message.headers, ...fresh }) });
}
