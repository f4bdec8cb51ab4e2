import {
  ArgumentNotSerializableError,
  LeaseLostError,
  ResultNotSerializableError,
  SoftTimeLimitExceeded,
  TaskIgnoredError,
  TaskRetry,
  TaskRevokedError,
  WorkerShutdownError,
} from '../errors/index.js';
import { retryMessage } from '../message/build-message.js';
import { findJsonProblem } from '../message/plain-json.js';
import { isError, serializeError } from '../message/serialize-error.js';
import type { TaskMessage } from '../message/task-message.js';
import { hasRetryLeft, isRetryable, retryDelay } from '../policies/retry-policy.js';
import type { TaskOptions } from '../ports/task-handler.js';
import type { AttemptContext } from './attempt-context.js';
import type { Outcome } from './outcome.js';

/** Dead-letter reason of a task that failed and has no retry left. */
export const REASON_FAILED = 'failed';

/** The outcome of a handler that returned. What it returned is checked here, because it must be storable to count as a success. */
export function outcomeOfReturn(message: TaskMessage, options: TaskOptions, value: unknown): Outcome {
  if (value === undefined || value === null || ignoresResult(message, options)) return { kind: 'success', value: null };
  const problem = findJsonProblem(value, 'result');
  if (problem === undefined) return { kind: 'success', value };
  const error = new ResultNotSerializableError(message.task, problem.path, problem.problem, problem.fix);
  return { kind: 'failure', error: serializeError(error), thrown: error, reason: REASON_FAILED };
}

/** The outcome of a handler that threw. Why it was told to end (if it was) explains an AbortError better than itself. */
export function outcomeOfThrow(message: TaskMessage, options: TaskOptions, context: AttemptContext, thrown: unknown, now: number): Outcome {
  const aborted = context.abortReason;
  if (aborted instanceof LeaseLostError) return { kind: 'lost' };
  if (aborted instanceof WorkerShutdownError) return { kind: 'released' };
  if (aborted instanceof TaskRevokedError) return { kind: 'revoked', error: serializeError(aborted) };
  if (thrown instanceof TaskIgnoredError) return { kind: 'ignored', error: serializeError(thrown) };
  if (thrown instanceof TaskRetry) return retryOutcome(message, thrown, now);
  const cause = aborted instanceof SoftTimeLimitExceeded && isAbortError(thrown) ? aborted : thrown;
  if (cause !== context.refusedRetry && isRetryable(cause, options) && hasRetryLeft(message.headers.retries, options.maxRetries)) {
    const due = { delay: retryDelay(options, message.headers.retries) };
    return { kind: 'retry', error: serializeError(cause), next: retryMessage(message, { eta: now + due.delay }), due };
  }
  return { kind: 'failure', error: serializeError(cause), thrown: cause, reason: REASON_FAILED };
}

/** Whether nothing of the outcome is stored: the call's choice, else the task's. */
export function ignoresResult(message: TaskMessage, options: TaskOptions): boolean {
  return message.headers.ignoreResult ?? options.ignoreResult;
}

function retryOutcome(message: TaskMessage, retry: TaskRetry, now: number): Outcome {
  const eta = 'eta' in retry.due ? retry.due.eta : now + retry.due.delay;
  const next = retryMessage(message, { args: retry.args, kwargs: retry.kwargs, eta });
  for (const [root, value] of [
    ['args', next.args],
    ['kwargs', next.kwargs],
  ] as const) {
    const problem = findJsonProblem(value, root);
    if (problem === undefined) continue;
    const error = new ArgumentNotSerializableError(message.task, problem.path, problem.problem, problem.fix);
    return { kind: 'failure', error: serializeError(error), thrown: error, reason: REASON_FAILED };
  }
  const error = retry.cause === undefined ? undefined : serializeError(retry.cause);
  return { kind: 'retry', error, next, due: retry.due };
}

function isAbortError(thrown: unknown): boolean {
  return isError(thrown) && thrown.name === 'AbortError';
}
