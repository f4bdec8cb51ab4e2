import type { TaskMessage } from '../../message/task-message.js';
import type { TaskOptions } from '../../ports/task/task-handler.js';

/** The report that an error tracker receives about a task that failed for good. */
export interface TaskErrorReport {
  readonly id: string;
  readonly task: string;
  /** arguments that the task's `redactArgs` names are replaced by '[redacted]' */
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly error: unknown;
  readonly queue: string;
  readonly retries: number;
  readonly rootId: string;
  readonly parentId: string | null;
  readonly worker: string;
}

export type OnTaskError = (report: TaskErrorReport) => unknown;

export const REDACTED = '[redacted]';

export function reportOf(message: TaskMessage, options: TaskOptions, error: unknown, worker: string): TaskErrorReport {
  const { queue, retries, rootId, parentId } = message.headers;
  return { id: message.id, task: message.task, ...redacted(message, options), error, queue, retries, rootId, parentId, worker };
}

/** The arguments of a call, without those that its task hides. */
export function redacted({ args, kwargs }: TaskMessage, { redactArgs }: TaskOptions): Pick<TaskErrorReport, 'args' | 'kwargs'> {
  const hides = (name: number | string) => redactArgs === true || (redactArgs !== false && redactArgs.includes(name));
  return {
    args: args.map((value, position) => (hides(position) ? REDACTED : value)),
    kwargs: Object.fromEntries(Object.entries(kwargs).map(([name, value]) => [name, hides(name) ? REDACTED : value])),
  };
}
