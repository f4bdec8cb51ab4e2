import { withAttempts } from '../message/build-message.js';
import { rememberAttempt, type FailedAttempt } from '../message/failed-attempt.js';
import type { TaskMessage } from '../message/task-message.js';
import type { SerializedError, TaskResultRecord } from '../message/task-result.js';
import type { ResultToSave, SettlementContent } from '../ports/broker/consumer.js';
import type { Publication } from '../ports/broker/publication.js';
import type { AttemptEnvironment } from './attempt-environment.js';
import { followUpsOf } from './follow-ups.js';
import { announcePublish } from './listening/announce-publish.js';
import type { Outcome } from './outcome.js';
import { recordOfEnd, type StateFields } from './records/make-record.js';

/** Dead-letter reason of a message that its task refused. */
export const REASON_REJECTED = 'rejected';
const NONE: readonly Publication[] = Object.freeze([]);

/** The facts of an end beside its outcome. */
export interface Ending {
  readonly environment: AttemptEnvironment;
  readonly message: TaskMessage;
  /** epoch ms */
  readonly at: number;
  /** ms that the result is kept */
  readonly expires: number;
  /** nothing is stored */
  readonly ignore: boolean;
  /** a success is stored without its value */
  readonly withoutValue: boolean;
  /** epoch ms at which the handler began; null = it ended before it could */
  readonly startedAt: number | null;
  /** ids of the tasks that the handler has sent */
  readonly children: readonly string[];
  /** collects the messages that the settlement publishes; undefined = no publish signal has a listener */
  readonly announced: TaskMessage[] | undefined;
}

/** How a delivery is settled for an outcome; undefined where nothing may be settled (the lease is lost). */
export function settlementOf(outcome: Outcome, ending: Ending): SettlementContent | undefined {
  if (outcome.kind === 'repeated') return outcome.settlement;
  const { environment, message } = ending;
  const publish = followUps(outcome, ending);
  const record = recordToSave(outcome, ending, publish);
  const result: { result?: ResultToSave; publish?: readonly Publication[] } =
    record === null ? {} : { result: { record, expires: ending.expires } };
  if (publish.length > 0) result.publish = publish;
  const { traced } = message.headers;
  switch (outcome.kind) {
    case 'success':
    case 'revoked':
    case 'ignored':
      return { kind: 'ack', traced, ...result };
    case 'failure':
    case 'rejected': {
      const error = environment.codecs.results.showable(outcome.error);
      const attempts = attemptsAfter(ending, error);
      if (outcome.kind === 'rejected')
        return { kind: 'deadLetter', reason: REASON_REJECTED, detail: error.message, attempts, traced, ...result };
      return { ...result, kind: 'deadLetter', reason: outcome.reason, detail: `${error.type}: ${error.message}`, attempts, traced };
    }
    case 'retry': {
      // The next attempt's message remembers this attempt.
      const next = withAttempts(outcome.next, attemptsAfter(ending, environment.codecs.results.showable(outcome.error)));
      const encoded = environment.codecs.messages.encode(announceTo(ending, next));
      return { kind: 'retry', priority: outcome.next.headers.priority, due: outcome.due, ...encoded, ...result };
    }
    case 'requeued':
      return { kind: 'release', delay: 0, charge: true, ...result };
    case 'snoozed':
      return { kind: 'release', delay: outcome.delay, charge: false, ...result };
    case 'deferred':
      return { kind: 'release', delay: outcome.delay, charge: false };
    case 'released':
      return { kind: 'release', delay: 0, charge: false };
    case 'lost':
      return outcome.begun ? undefined : { kind: 'release', delay: 0, charge: false };
  }
}

function followUps(outcome: Outcome, ending: Ending): readonly Publication[] {
  const { message, at, environment } = ending;
  const { link, linkError } = message.headers;
  if (link === null && linkError === null) return NONE;
  return followUpsOf(message, outcome, { at, codecs: environment.codecs, announce: (made) => announceTo(ending, made) });
}

function announceTo({ announced: collected, environment }: Ending, message: TaskMessage): TaskMessage {
  if (collected === undefined) return message;
  const listeners = environment.listeners!;
  const tell = listeners.signals.before_task_publish;
  const told = tell === undefined ? message : announcePublish(message, tell, listeners);
  collected.push(told);
  return told;
}

function attemptsAfter({ message, environment, startedAt, at }: Ending, error: SerializedError | undefined): readonly FailedAttempt[] {
  const { attempts, retries } = message.headers;
  return startedAt === null ? attempts : rememberAttempt(attempts, at, environment.worker, retries, error);
}

function recordToSave(outcome: Outcome, ending: Ending, followUps: readonly Publication[]): TaskResultRecord | null {
  const fields = ending.ignore ? null : fieldsOf(outcome, ending.withoutValue);
  if (fields === null) return null;
  const { message, at, startedAt, environment } = ending;
  const children = followUps.length === 0 ? ending.children : [...ending.children, ...followUps.map(({ id }) => id)];
  return recordOfEnd(message, fields, at, startedAt, children, environment);
}

/** The stored fields of an outcome; null = the outcome is not stored. */
function fieldsOf(outcome: Outcome, withoutValue: boolean): StateFields | null {
  switch (outcome.kind) {
    case 'success':
      return { state: 'SUCCESS', result: withoutValue ? null : outcome.value };
    case 'retry':
      return { state: 'RETRY', ...(outcome.error && { error: outcome.error }) };
    case 'failure':
    case 'revoked':
    case 'ignored':
    case 'rejected':
      return { state: outcome.kind.toUpperCase(), error: outcome.error };
    case 'requeued':
      return { state: 'RETRY', error: outcome.error };
    case 'snoozed':
      return { state: 'RETRY' };
    default:
      return null;
  }
}
