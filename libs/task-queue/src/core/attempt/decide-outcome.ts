import { ArgumentNotSerializableError } from '../errors/call-errors.js';
import { Discard, Ignore, Reject, Semipredicate, Snooze, TaskRetry } from './semipredicates.js';
import { LeaseLostError, SoftTimeLimitExceeded, TaskRevokedError, WorkerShutdownError } from '../errors/run-errors.js';
import { retryMessage } from '../message/build-message.js';
import { findJsonProblem } from '../message/plain-json.js';
import type { ResultCodec } from '../message/result-codec.js';
import { isError, serializeError } from '../message/serialize-error.js';
import type { TaskMessage } from '../message/task-message.js';
import type { SerializedError } from '../message/task-result.js';
import { retryAfterOf } from '../policies/retry/retry-options.js';
import { hasRetryLeft, isOneOf, isRetryable, retryDelay } from '../policies/retry/retry-policy.js';
import type { TaskOptions } from '../ports/task/task-handler.js';
import type { AttemptJob } from './attempt-job.js';
import type { Outcome } from './outcome.js';

/** Dead-letter reason of a task that failed and has no retry left. */
export const REASON_FAILED = 'failed';
/** Dead-letter reason of a task that threw Discard. */
export const REASON_DISCARDED = 'discarded';

/** The outcome of a handler that returned. The value must be storable to count as a success. */
export function outcomeOfReturn(message: TaskMessage, options: TaskOptions, value: unknown, codec: ResultCodec): Outcome {
  if (value === undefined || value === null) return { kind: 'success', value: null };
  // A value that is neither stored nor passed to a link need not be storable.
  if (message.headers.link === null && ignoresResult(message, options)) return { kind: 'success', value };
  const error = codec.findProblem(message, value);
  if (error === undefined) return { kind: 'success', value };
  return { kind: 'failure', error: serializeError(error), thrown: error, reason: REASON_FAILED };
}

interface JudgedAttempt {
  readonly job: AttemptJob;
  readonly handler: { readonly options: TaskOptions };
  readonly refusedRetry: unknown;
}

/** The outcome of a handler that threw. If the job was aborted, the reason explains an AbortError better than the error itself. */
export function outcomeOfThrow({ job, handler: { options }, refusedRetry }: JudgedAttempt, thrown: unknown, now: number): Outcome {
  const { message, abortReason: aborted, mayComeBack } = job;
  if (aborted instanceof LeaseLostError) return { kind: 'lost', begun: true };
  if (aborted instanceof WorkerShutdownError) return { kind: 'released' };
  if (aborted instanceof TaskRevokedError) return { kind: 'revoked', error: serializeError(aborted), why: 'terminated' };
  if (thrown instanceof Semipredicate) return outcomeAskedFor(message, thrown, now, mayComeBack);
  const cause = aborted instanceof SoftTimeLimitExceeded && isAbortError(thrown) ? aborted : thrown;
  const error = serializeError(cause);
  if (cause !== refusedRetry && isRetryable(cause, options) && hasRetryLeft(message.headers.retries, options.maxRetries)) {
    return automaticRetry(message, options, cause, error, now);
  }
  const acks = cause instanceof SoftTimeLimitExceeded ? options.acksOnTimeout : options.acksOnFailure;
  if (!acks && mayComeBack) return { kind: 'requeued', error, thrown: cause };
  return { kind: 'failure', error, thrown: cause, reason: REASON_FAILED, expected: isOneOf(cause, options.throws) };
}

/** Whether nothing of the outcome is stored: the call's choice, else the task's. */
export function ignoresResult(message: TaskMessage, options: TaskOptions): boolean {
  return message.headers.ignoreResult ?? options.ignoreResult;
}

const ERRORS: ReadonlySet<Outcome['kind']> = new Set(['failure', 'retry', 'rejected', 'requeued']);

/** Whether this outcome is not stored. */
export function ignoresOutcome(message: TaskMessage, options: TaskOptions, outcome: Outcome): boolean {
  if (!ignoresResult(message, options)) return false;
  return !(options.storeErrorsEvenIfIgnored && ERRORS.has(outcome.kind));
}

/** The outcome that the handler requested by throwing a semipredicate. */
function outcomeAskedFor(message: TaskMessage, thrown: Semipredicate, now: number, mayComeBack: boolean): Outcome {
  if (thrown instanceof TaskRetry) return retryOutcome(message, thrown, now);
  if (thrown instanceof Snooze) return { kind: 'snoozed', delay: thrown.delay, thrown };
  const error = serializeError(thrown);
  if (thrown instanceof Ignore) return { kind: 'ignored', error };
  if (thrown instanceof Reject) return { kind: thrown.requeue && mayComeBack ? 'requeued' : 'rejected', error, thrown };
  return { kind: 'failure', error, thrown, reason: thrown instanceof Discard ? REASON_DISCARDED : REASON_FAILED, expected: true };
}

function automaticRetry(message: TaskMessage, options: TaskOptions, thrown: unknown, error: SerializedError, now: number): Outcome {
  const retry = (delay: number, fault: { delayFault?: unknown } = {}): Outcome => ({
    kind: 'retry',
    error,
    thrown,
    next: retryMessage(message, { eta: now + delay }),
    due: { delay },
    ...fault,
  });
  try {
    return retry(retryAfterOf(thrown, now) ?? retryDelay(options, message.headers.retries, thrown));
  } catch (delayFault) {
    return retry(options.defaultRetryDelay, { delayFault });
  }
}

function retryOutcome(message: TaskMessage, retry: TaskRetry, now: number): Outcome {
  const eta = 'eta' in retry.due ? retry.due.eta : now + retry.due.delay;
  const next = retryMessage(message, { args: retry.args, kwargs: retry.kwargs, eta });
  for (const [root, value] of [
    ['args', next.args],
    ['kwargs', next.kwargs],
  ] as const) {
    const problem = findJsonProblem(value, root, next.headers.contentType !== 'json');
    if (problem === undefined) continue;
    const error = new ArgumentNotSerializableError(message.task, problem.path, problem.problem, problem.fix);
    return { kind: 'failure', error: serializeError(error), thrown: error, reason: REASON_FAILED };
  }
  const error = retry.cause === undefined ? undefined : serializeError(retry.cause);
  return { kind: 'retry', error, thrown: retry.cause, next, due: retry.due };
}

function isAbortError(thrown: unknown): boolean {
  return isError(thrown) && thrown.name === 'AbortError';
}
