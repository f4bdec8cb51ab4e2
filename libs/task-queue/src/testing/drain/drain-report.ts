import type { Outcome } from '../../core/attempt/outcome.js';
import type { SerializedError } from '../../core/message/task-result.js';
import type { TaskMessage } from '../../core/message/task-message.js';

/** One attempt that a drain has seen end, or a message that ended without one (revoked, expired). */
export interface TaskRun {
  readonly id: string;
  readonly task: string;
  readonly args: readonly unknown[];
  readonly queue: string;
  /** 0 = the first attempt */
  readonly retries: number;
  readonly outcome: Outcome['kind'];
  /** success: what the handler returned */
  readonly value?: unknown;
  /** failure: what it threw; otherwise why it ended so, as data */
  readonly error?: unknown;
}

export interface DrainReport {
  /** in the order in which they ended */
  readonly runs: readonly TaskRun[];
  /** those of them that failed for good */
  readonly failures: readonly TaskRun[];
  /** messages that wait for a later time, or for a slot of their rate limit: move the clock, and drain again */
  readonly later: number;
}

export interface DrainOptions {
  /** default false: failures are only reported. true: throws what the one failed task threw, or an AggregateError of several */
  readonly throwFailures?: boolean;
  /** attempts after which it gives up: tasks that send each other for ever; default 10 000 */
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

/** What `throwFailures` throws. */
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
