import type { Outcome } from '../attempt/outcome.js';
import { recordOf } from '../attempt/record-of.js';
import { withAttempts } from '../message/build-message.js';
import { encodeMessage } from '../message/codec.js';
import { rememberAttempt } from '../message/failed-attempt.js';
import type { TaskMessage } from '../message/task-message.js';
import type { Delivery, ResultToSave, Settlement } from '../ports/index.js';

/** Dead-letter reason of a message that its task refused. */
export const REASON_REJECTED = 'rejected';

/** What is settled for an outcome; undefined where nothing may be (the lease is lost). */
export function settlementOf(
  delivery: Delivery,
  message: TaskMessage,
  outcome: Outcome,
  save: { readonly at: number; readonly worker: string; readonly expires: number; readonly ignore: boolean },
): Settlement | undefined {
  const record = save.ignore ? null : recordOf(message, outcome, save.at, save.worker);
  const result: { result?: ResultToSave } = record === null ? {} : { result: { record, expires: save.expires } };
  const { traced, attempts, retries } = message.headers;
  switch (outcome.kind) {
    case 'success':
    case 'revoked':
    case 'ignored':
      return { delivery, ...result, kind: 'ack', traced };
    case 'failure':
      return {
        delivery,
        ...result,
        kind: 'deadLetter',
        reason: outcome.reason,
        detail: `${outcome.error.type}: ${outcome.error.message}`,
        attempts: rememberAttempt(attempts, save.at, save.worker, retries, outcome.error),
        traced,
      };
    case 'retry':
      return {
        delivery,
        ...result,
        kind: 'retry',
        body: encodeMessage(withAttempts(outcome.next, rememberAttempt(attempts, save.at, save.worker, retries, outcome.error))),
        priority: outcome.next.headers.priority,
        due: outcome.due,
      };
    case 'rejected':
      return {
        delivery,
        ...result,
        kind: 'deadLetter',
        reason: REASON_REJECTED,
        detail: outcome.error.message,
        attempts: rememberAttempt(attempts, save.at, save.worker, retries, outcome.error),
        traced,
      };
    case 'requeued':
      return { delivery, ...result, kind: 'release', delay: 0, charge: true };
    case 'snoozed':
      return { delivery, ...result, kind: 'release', delay: outcome.delay, charge: false };
    case 'released':
      return { delivery, kind: 'release', delay: 0, charge: false };
    case 'lost':
      return undefined;
  }
}
