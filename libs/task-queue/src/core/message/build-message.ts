import { hostname } from 'node:os';
import { v7 } from 'uuid';
import type { FailedAttempt } from './failed-attempt.js';
import { newHeaders, NO_KEYS, type TaskHeaders, type TaskMessage } from './task-message.js';

/** One call, with its options resolved. */
export interface MessageParts {
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
  readonly queue: string;
  readonly sentAt: number;
  /** chosen by the caller: the message is then traced */
  readonly id?: string | undefined;
  readonly headers?: Partial<Omit<TaskHeaders, 'queue' | 'sentAt' | 'traced'>>;
}

/** The sender: the same for every message of this process. */
export const ORIGIN = `${process.pid}@${hostname()}`;

/** A frozen message of these parts. */
export function buildMessage({ id: chosen, task, args, kwargs = NO_KEYS, queue, sentAt, headers }: MessageParts): TaskMessage {
  const id = chosen ?? v7();
  return freezeMessage(id, task, args, kwargs, Object.assign(newHeaders(id, queue, ORIGIN, sentAt, chosen !== undefined), headers));
}

export function freezeMessage(
  id: string,
  task: string,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
  headers: TaskHeaders,
): TaskMessage {
  return Object.freeze({ id, task, args, kwargs, headers: Object.freeze(headers) });
}

/** The message of the next attempt: same id, one retry more. */
export function retryMessage(
  message: TaskMessage,
  change: { readonly args?: readonly unknown[]; readonly kwargs?: Readonly<Record<string, unknown>>; readonly eta: number | null },
): TaskMessage {
  const headers = Object.freeze({ ...message.headers, retries: message.headers.retries + 1, eta: change.eta, parkedSince: null });
  return Object.freeze({ ...message, args: change.args ?? message.args, kwargs: change.kwargs ?? message.kwargs, headers });
}

/** The message of a task that this worker does not know: it waits for a worker that does. */
export function parkMessage(message: TaskMessage, since: number): TaskMessage {
  return Object.freeze({ ...message, headers: Object.freeze({ ...message.headers, parkedSince: message.headers.parkedSince ?? since }) });
}

/** The message with its history of failed attempts. */
export function withAttempts(message: TaskMessage, attempts: readonly FailedAttempt[]): TaskMessage {
  return Object.freeze({ ...message, headers: Object.freeze({ ...message.headers, attempts }) });
}

/**
 * The message of a redriven dead letter: its retries start over, and eta and expiry are removed.
 * @param attempts its history of failed attempts
 */
export function redriveMessage(message: TaskMessage, attempts: readonly FailedAttempt[]): TaskMessage {
  const { redrives } = message.headers;
  const fresh = { retries: 0, eta: null, expires: null, parkedSince: null, redrives: redrives + 1, attempts };
  return Object.freeze({ ...message, headers: Object.freeze({ ...message.headers, ...fresh }) });
}
