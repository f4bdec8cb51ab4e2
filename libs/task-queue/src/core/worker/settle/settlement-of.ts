import { followUpsOf } from '../../attempt/follow-ups.js';
import type { Outcome } from '../../attempt/outcome.js';
import { withAttempts } from '../../message/build-message.js';
import { rememberAttempt, type FailedAttempt } from '../../message/failed-attempt.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { SerializedError } from '../../message/task-result.js';
import type { Delivery, ResultToSave, Settlement } from '../../ports/broker/consumer.js';
import type { Publication } from '../../ports/broker/publication.js';
import { recordToSave, type Saving } from './saving.js';

/** Dead-letter reason of a message that its task refused. */
export const REASON_REJECTED = 'rejected';

/** What is settled for an outcome; undefined where nothing may be (the lease is lost). */
export function settlementOf(delivery: Delivery, message: TaskMessage, outcome: Outcome, saving: Saving): Settlement | undefined {
  if (outcome.kind === 'repeated') return { delivery, ...outcome.settlement };
  const publish = followUpsOf(message, outcome, saving);
  const record = recordToSave(message, outcome, saving, publish);
  const result: { result?: ResultToSave; publish?: readonly Publication[] } =
    record === null ? {} : { result: { record, expires: saving.expires } };
  if (publish.length > 0) result.publish = publish;
  const { traced } = message.headers;
  switch (outcome.kind) {
    case 'success':
    case 'revoked':
    case 'ignored':
      return { delivery, ...result, kind: 'ack', traced };
    case 'failure': {
      const { reason } = outcome;
      const error = saving.codecs.results.showable(outcome.error);
      const attempts = attemptsAfter(message, saving, error);
      return { delivery, ...result, kind: 'deadLetter', reason, detail: `${error.type}: ${error.message}`, attempts, traced };
    }
    case 'retry': {
      const next = saving.codecs.messages.encode(retried(message, outcome, saving));
      return { delivery, ...result, kind: 'retry', ...next, priority: outcome.next.headers.priority, due: outcome.due };
    }
    case 'rejected': {
      const error = saving.codecs.results.showable(outcome.error);
      const attempts = attemptsAfter(message, saving, error);
      return { delivery, ...result, kind: 'deadLetter', reason: REASON_REJECTED, detail: error.message, attempts, traced };
    }
    case 'requeued':
      return { delivery, ...result, kind: 'release', delay: 0, charge: true };
    case 'snoozed':
      return { delivery, ...result, kind: 'release', delay: outcome.delay, charge: false };
    case 'deferred':
      return { delivery, kind: 'release', delay: outcome.delay, charge: false };
    case 'released':
      return { delivery, kind: 'release', delay: 0, charge: false };
    case 'lost':
      return undefined;
  }
}

/** The next attempt's message, which remembers this one. */
export function retried(message: TaskMessage, { next, error }: Extract<Outcome, { kind: 'retry' }>, saving: Saving): TaskMessage {
  const remembering = withAttempts(next, attemptsAfter(message, saving, saving.codecs.results.showable(error)));
  return saving.news === undefined ? remembering : saving.news.announce(remembering);
}

function attemptsAfter(message: TaskMessage, saving: Saving, error: SerializedError | undefined): readonly FailedAttempt[] {
  const { attempts, retries } = message.headers;
  return saving.startedAt !== null ? rememberAttempt(attempts, saving.at, saving.worker, retries, error) : attempts;
}
