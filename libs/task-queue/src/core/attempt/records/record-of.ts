import type { TaskMessage } from '../../message/task-message.js';
import type { TaskResultRecord } from '../../message/task-result.js';
import type { Outcome } from '../outcome.js';

/** What is stored of an outcome; null where nothing is (a release, a lost lease). */
export function recordOf(message: TaskMessage, outcome: Outcome, at: number, worker: string): TaskResultRecord | null {
  const { id } = message;
  const { retries } = message.headers;
  if (outcome.kind === 'success') return { id, state: 'SUCCESS', retries, result: outcome.value, at, worker };
  const common = { id, retries, at, worker };
  switch (outcome.kind) {
    case 'failure':
      return { ...common, state: 'FAILURE', error: outcome.error };
    case 'retry':
      return { ...common, state: 'RETRY', ...(outcome.error ? { error: outcome.error } : {}) };
    case 'revoked':
      return { ...common, state: 'REVOKED', error: outcome.error };
    case 'ignored':
      return { ...common, state: 'IGNORED', error: outcome.error };
    case 'rejected':
      return { ...common, state: 'REJECTED', error: outcome.error };
    case 'requeued':
      return { ...common, state: 'RETRY', error: outcome.error };
    case 'snoozed':
      return { ...common, state: 'RETRY' };
    default:
      return null;
  }
}
