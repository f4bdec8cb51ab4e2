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
        return { level: 'info', text: 'task failed with an expected error', fields: { ...task, why: outcome.error.message } };
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
      return { level: 'warn', text: 'task goes back to its queue, counted like a lost worker', fields: { ...task, error: outcome.error } };
    case 'snoozed':
      return { level: 'info', text: 'task was snoozed; it runs later and no retry is used', fields: { ...task, delay: outcome.delay } };
    case 'deferred':
      return {
        level: 'warn',
        text: 'task cannot run exactly once now; it is tried again later',
        fields: { ...task, why: outcome.why, delay: outcome.delay },
      };
    case 'repeated':
      return { level: 'info', text: 'task has run before; its recorded end is settled', fields: task };
    case 'released':
      return { level: 'info', text: 'task goes back to its queue, with no attempt used: the worker is shutting down', fields: task };
    case 'lost':
      return { level: 'warn', text: 'task ended after its lease was lost; it runs again elsewhere', fields: task };
  }
}
