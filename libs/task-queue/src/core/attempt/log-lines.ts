import type { TaskMessage } from '../message/task-message.js';
import type { LogFields, TaskLogger } from '../ports/runtime/logger.js';
import type { Outcome } from './outcome.js';

/** One structured log line, not yet written. */
export interface LogLine {
  readonly level: keyof TaskLogger;
  readonly text: string;
  readonly fields: LogFields;
}

/** The log line of an outcome. Successes are logged at debug level. */
export function logLineOf(message: TaskMessage, outcome: Outcome): LogLine {
  const { shadow, queue, retries } = message.headers;
  const task = { taskId: message.id, task: shadow ?? message.task, queue, retries };
  switch (outcome.kind) {
    case 'success':
      return { level: 'debug', text: 'task succeeded', fields: task };
    case 'failure':
      if (outcome.expected === true)
        return { level: 'info', text: 'task failed as it may', fields: { ...task, why: outcome.error.message } };
      return { level: 'error', text: 'task failed', fields: { ...task, reason: outcome.reason, error: outcome.error } };
    case 'retry':
      return { level: 'warn', text: 'task will be retried', fields: { ...task, eta: outcome.next.headers.eta, error: outcome.error } };
    case 'revoked':
      return { level: 'info', text: 'task revoked', fields: { ...task, why: outcome.error.message } };
    case 'ignored':
      return { level: 'info', text: 'task ignored', fields: { ...task, why: outcome.error.message } };
    case 'rejected':
      return { level: 'warn', text: 'task rejected its message', fields: { ...task, why: outcome.error.message } };
    case 'requeued':
      return { level: 'warn', text: 'task goes back to its queue, counted as lost', fields: { ...task, error: outcome.error } };
    case 'snoozed':
      return { level: 'info', text: 'task asked to be run later', fields: { ...task, delay: outcome.delay } };
    case 'deferred':
      return { level: 'warn', text: 'task goes back for a while', fields: { ...task, why: outcome.why, delay: outcome.delay } };
    case 'repeated':
      return { level: 'info', text: 'task had run before; only its end is settled', fields: task };
    case 'released':
      return { level: 'info', text: 'task goes back unspent: the worker is shutting down', fields: task };
    case 'lost':
      return { level: 'warn', text: 'task ended after its lease was lost; it runs again elsewhere', fields: task };
  }
}
