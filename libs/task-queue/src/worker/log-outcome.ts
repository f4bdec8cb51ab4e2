import type { Outcome } from '../attempt/outcome.js';
import type { TaskMessage } from '../message/task-message.js';
import type { TaskLogger } from '../ports/index.js';

/** One structured line for what a person wants to know of. Successes are only logged at debug level. */
export function logOutcome(logger: TaskLogger, message: TaskMessage, outcome: Outcome): void {
  switch (outcome.kind) {
    case 'success':
      return logger.debug('task succeeded', fieldsOf(message));
    case 'failure':
      return logger.error('task failed', { ...fieldsOf(message), reason: outcome.reason, error: outcome.error });
    case 'retry':
      return logger.warn('task will be retried', { ...fieldsOf(message), eta: outcome.next.headers.eta, error: outcome.error });
    case 'revoked':
      return logger.info('task revoked', { ...fieldsOf(message), why: outcome.error.message });
    case 'ignored':
      return logger.info('task ignored', { ...fieldsOf(message), why: outcome.error.message });
    case 'released':
      return logger.info('task goes back unspent: the worker is shutting down', fieldsOf(message));
    case 'lost':
      return logger.warn('task ended after its lease was lost; it runs again elsewhere', fieldsOf(message));
  }
}

function fieldsOf(message: TaskMessage) {
  return { taskId: message.id, task: message.task, queue: message.headers.queue, retries: message.headers.retries };
}
