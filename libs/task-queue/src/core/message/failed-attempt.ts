import type { SerializedError } from './task-result.js';

/** One failed attempt, as a retried message and its dead letter record it. */
export interface FailedAttempt {
  /** epoch ms by the worker's clock */
  readonly at: number;
  readonly worker: string;
  /** 0 = the first attempt */
  readonly retries: number;
  /** absent: the task requested a retry without a reason */
  readonly error?: Pick<SerializedError, 'type' | 'message' | 'code'>;
}

export const NO_ATTEMPTS: readonly FailedAttempt[] = Object.freeze([]);

/** how many attempts are kept: the newest ones */
export const MAX_ATTEMPTS_KEPT = 10;
const MAX_TEXT = 500;

/** The history with one more attempt. It travels with the message, so it is bounded and holds no stacks. */
export function rememberAttempt(
  history: readonly FailedAttempt[],
  at: number,
  worker: string,
  retries: number,
  error: SerializedError | undefined,
): readonly FailedAttempt[] {
  const attempt: FailedAttempt = { at, worker, retries, ...(error === undefined ? {} : { error: briefly(error) }) };
  return [...history.slice(1 - MAX_ATTEMPTS_KEPT), attempt];
}

function briefly({ type, message, code }: SerializedError): FailedAttempt['error'] {
  const text = message.length > MAX_TEXT ? `${message.slice(0, MAX_TEXT)}…` : message;
  return { type, message: text, ...(code === undefined ? {} : { code }) };
}
