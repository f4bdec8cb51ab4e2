import type { Outcome } from '../../core/attempt/outcome.js';
import type { SerializedError } from '../../core/message/task-result.js';
import type { TaskMessage } from '../../core/message/task-message.js';

/** One attempt that ended during a drain, or a message that ended without an attempt (revoked, expired). */
export interface TaskRun {
  readonly id: string;
  readonly task: string;
  readonly args: readonly unknown[];
  readonly queue: string;
  /** 0 = the first attempt */
  readonly retries: number;
  readonly outcome: Outcome['kind'];
  /** success: the return value of the handler */
  readonly value?: unknown;
  /** failure: the thrown error; otherwise the reason of the outcome, as data */
  readonly error?: unknown;
}

export interface DrainReport {
  /** in the order of their ends */
  readonly runs: readonly TaskRun[];
  /** the runs that failed without a further retry */
  readonly failures: readonly TaskRun[];
  /** number of messages that wait for a later time or a slot of their rate limit: advance the clock, and drain again */
  readonly later: number;
}

export interface DrainOptions {
  /** true: throws the error of the failed task, or an AggregateError of several; default false: failures are only reported */
  readonly throwFailures?: boolean;
  /** maximum number of attempts, in case tasks send each other endlessly; default 10 000 */
  readonly limit?: number;
}

export function runOf(message: TaskMessage, outcome: Outcome): TaskRun {
  const { id, task, args } = message;
  const { queue, retries } = message.headers;
  return { id, task, args, queue, retries, outcome: outcome.kind, ...detailOf(outcome) };
}

export function failuresOf(runs: readonly TaskRun[]): TaskRun[] {
  return runs.filter(({ outcome }) => outcome === 'failure');
}

/** The error that `throwFailures` throws. */
export function errorOf(failures: readonly TaskRun[]): unknown {
  if (failures.length === 1) return failures[0]!.error;
  const lines = failures.map(
    ({ task, args, error }) => `  ${task}(${args.map((arg) => JSON.stringify(arg)).join(', ')}): ${String(error)}`,
  );
  return new AggregateError(
    failures.map(({ error }) => error),
    `${failures.length} tasks failed:\n${lines.join('\n')}`,
  );
}

function detailOf(outcome: Outcome): { readonly value?: unknown; readonly error?: unknown } {
  if (outcome.kind === 'success') return { value: outcome.value };
  if (outcome.kind === 'failure') return { error: outcome.thrown ?? asError(outcome.error) };
  return 'error' in outcome && outcome.error !== undefined ? { error: outcome.error } : {};
}

function asError({ type, message }: SerializedError): Error {
  return Object.assign(new Error(message), { name: type });
}
