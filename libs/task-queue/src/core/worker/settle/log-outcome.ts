import type { Outcome } from '../../attempt/outcome.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';

/** One structured line for what a person wants to know of. Successes are only logged at debug level. */
export function logOutcome(logger: TaskLogger, message: TaskMessage, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'success':
      return logger.debug('task succeeded', fieldsOf(message));
    case 'failure':
      if (outcome.expected === true) return logger.info('task failed as it may', { ...fieldsOf(message), why: outcome.error.message });
      return logger.error('task failed', { ...fieldsOf(message), reason: outcome.reason, error: outcome.error });
    case 'retry':
      if (outcome.delayFault !== undefined) {
        logger.error("'retry.delay' gave no delay; defaultRetryDelay is used", { ...fieldsOf(message), error: outcome.delayFault });
      }
      return logger.warn('task will be retried', { ...fieldsOf(message), eta: outcome.next.headers.eta, error: outcome.error });
    case 'revoked':
      return logger.info('task revoked', { ...fieldsOf(message), why: outcome.error.message });
    case 'ignored':
      return logger.info('task ignored', { ...fieldsOf(message), why: outcome.error.message });
    case 'rejected':
      return logger.warn('task rejected its message', { ...fieldsOf(message), why: outcome.error.message });
    case 'requeued':
      return logger.warn('task goes back to its queue, counted as lost', { ...fieldsOf(message), error: outcome.error });
    case 'snoozed':
      return logger.info('task asked to be run later', { ...fieldsOf(message), delay: outcome.delay });
    case 'deferred':
      return logger.warn('task goes back for a while', { ...fieldsOf(message), why: outcome.why, delay: outcome.delay });
    case 'repeated':
      return logger.info('task had run before; only its end is settled', fieldsOf(message));
    case 'released':
      return logger.info('task goes back unspent: the worker is shutting down', fieldsOf(message));
    case 'lost':
      return logger.warn('task ended after its lease was lost; it runs again elsewhere', fieldsOf(message));
  }
}

function fieldsOf(message: TaskMessage) {
  const { shadow, queue, retries } = message.headers;
  return { taskId: message.id, task: shadow ?? message.task, queue, retries };
}
